package io.millrace.features.store;

import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.fold.ViewPlan;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/** The compiled plans of the views that a store has met, and what tells their definitions apart. Thread-safe. */
final class Plans {
    private static final int FINGERPRINT_BYTES = 16;

    private final ConcurrentMap<ViewId, Known> plans = new ConcurrentHashMap<>();

    private final LongAdder overflowsOfForgotten = new LongAdder();

    private record Known(FeatureView view, ViewPlan plan, String fingerprint) {}

    ViewPlan of(FeatureView view) {
        return known(view).plan();
    }

    /** Equal for definitions that were written alike and whose tiles have the same sizes and states: the first bytes of the SHA-256 of these, in hex. */
    String fingerprint(FeatureView view) {
        return known(view).fingerprint();
    }

    private Known known(FeatureView view) {
        Known known = plans.get(view.id());
        if (known != null && known.view() == view) {
            return known;
        }
        return plans.compute(view.id(), (_, before) -> {
            if (before == null || !before.view().equals(view)) {
                ViewPlan plan = ViewPlan.of(view);
                return new Known(view, plan, digest(view.yaml() + plan.levels().micros() + plan.layout()));
            }
            return new Known(view, before.plan(), before.fingerprint());
        });
    }

    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, FINGERPRINT_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    void forget(ViewId view) {
        Known known = plans.remove(view);
        if (known != null) {
            overflowsOfForgotten.add(known.plan().overflows());
        }
    }

    /** Of all plans that there were. */
    long overflows() {
        return overflowsOfForgotten.sum()
                + plans.values().stream()
                        .mapToLong(known -> known.plan().overflows())
                        .sum();
    }
}
