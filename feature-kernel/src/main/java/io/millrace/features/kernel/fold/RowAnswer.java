package io.millrace.features.kernel.fold;

import io.millrace.features.kernel.FeatureValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The features of one entity at an instant. */
public sealed interface RowAnswer {
    /**
     * @param values one for each of the view's features, in its order; null where the newest event has a null or the fold of nothing is null
     * @param eventTimeMicros event time of the entity's newest event at or before the instant
     * @param expired whether that event is older than the view's ttl at the instant; exactly ttl is not
     */
    record Row(List<@Nullable FeatureValue> values, long eventTimeMicros, boolean expired) implements RowAnswer {
        public Row {
            values = Collections.unmodifiableList(new ArrayList<>(values));
        }
    }

    /** The entity has no event at or before the instant. */
    record Missing() implements RowAnswer {}
}
