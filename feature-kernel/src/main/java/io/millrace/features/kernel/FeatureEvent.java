package io.millrace.features.kernel;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event as one view sees it.
 *
 * @param timeMicros event time, microseconds since the epoch
 * @param fields the view's event fields in the view's order; null where the event has none
 */
public record FeatureEvent(EntityKey key, long timeMicros, Position position, List<@Nullable FeatureValue> fields) {
    public FeatureEvent {
        fields = Collections.unmodifiableList(new ArrayList<>(fields));
    }
}
