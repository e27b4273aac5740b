package io.millrace.features.store;

import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.fold.ViewPlan;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The compiled plans of the views that a store has met. Thread-safe. */
final class Plans {
    private final ConcurrentMap<ViewId, ViewPlan> plans = new ConcurrentHashMap<>();

    ViewPlan of(FeatureView view) {
        ViewPlan plan = plans.get(view.id());
        if (plan != null && plan.view() == view) {
            return plan;
        }
        return plans.compute(
                view.id(), (_, before) -> before != null && before.view().equals(view) ? before : ViewPlan.of(view));
    }

    void forget(ViewId view) {
        plans.remove(view);
    }
}
