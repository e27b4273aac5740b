package io.millrace.features.kernel;

import java.util.List;

/** The values of a view's join keys, in the view's order, none of them null. */
public record EntityKey(List<FeatureValue> values) {
    public EntityKey {
        values = List.copyOf(values);
    }
}
