package io.millrace.inference.sample;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.FeatureServices;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.PipelineFeatures;
import io.millrace.inference.domain.ServedFeatures;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Feature services in a map by the name that they are asked for. */
public final class KnownServices implements FeatureServices {
    /** There are none. */
    public static final KnownServices NONE = new KnownServices();

    private final Map<String, ServedFeatures> services = new ConcurrentHashMap<>();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean away;

    /** A service of doubles, read by join key {@code user_id}; the newest version of its name. */
    public static ServedFeatures of(String service, String... references) {
        return new ServedFeatures(
                service,
                true,
                Arrays.stream(references)
                        .map(reference -> new ServedFeatures.Feature(reference, "double"))
                        .toList(),
                List.of("user_id"),
                List.of());
    }

    public KnownServices with(String name, ServedFeatures service) {
        services.put(name, service);
        return this;
    }

    /** From now on no question is answered. */
    public void goAway() {
        away = true;
    }

    public int asked() {
        return asked.get();
    }

    /** What pipelines read of these, asked anew each time. */
    public PipelineFeatures wanted() {
        return wanted(Duration.ofNanos(1));
    }

    public PipelineFeatures wanted(Duration refresh) {
        return new PipelineFeatures(this, Settings.with(Map.of("features.service-refresh", refresh.toString())));
    }

    @Override
    public ServedFeatures find(String name, Duration deadline) {
        asked.incrementAndGet();
        if (away) {
            throw new Refusal(InferenceReason.FEATURES_UNAVAILABLE, "feature-service is away");
        }
        ServedFeatures found = services.get(name);
        if (found == null) {
            throw new Refusal(InferenceReason.FEATURE_SERVICE_NOT_FOUND, "Feature service " + name + " does not exist");
        }
        return found;
    }
}
