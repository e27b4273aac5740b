package io.millrace.features.kernel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event as one view sees it.
 *
 * @param timeMicros event time, microseconds since the epoch
 * @param createdMicros when the row was made, where its source says so, microseconds since the epoch; {@link #NO_CREATED} where it does not. Of two events of
 *     equal time the one created later is newer
 * @param fields the view's event fields in the view's order; null where the event has none
 */
public record FeatureEvent(
        EntityKey key, long timeMicros, long createdMicros, Position position, List<@Nullable FeatureValue> fields) {
    /** Smaller than every time of creation. */
    public static final long NO_CREATED = Long.MIN_VALUE;

    public FeatureEvent {
        fields = EventFields.of(fields);
    }

    /** An event whose source does not say when it was made. */
    public FeatureEvent(EntityKey key, long timeMicros, Position position, List<@Nullable FeatureValue> fields) {
        this(key, timeMicros, NO_CREATED, position, fields);
    }

    /** The same event, made at this time. */
    public FeatureEvent created(long micros) {
        return new FeatureEvent(key, timeMicros, micros, position, fields);
    }
}
