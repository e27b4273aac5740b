package io.millrace.features.app.training;

import io.millrace.features.kernel.SourcePartition;
import java.util.List;
import java.util.Map;

/**
 * What serving is to have known. An event was known from the arrival of its record in Kafka on, or of the latest record before it in its partition where that one bears a later
 * time: what stands behind something in a partition was never known before it.
 */
public sealed interface KnownAt {
    /** All that is known today: late arrivals and backfills count for the past as well. */
    record Today() implements KnownAt {}

    /** What had arrived by one instant, inclusive, microseconds since the epoch. */
    record At(long micros) implements KnownAt {}

    /** What had arrived by an instant for each row, in a column of the rows. */
    record Column(String name) implements KnownAt {}

    /**
     * What stood below the positions that were recorded for each row, in a column: a list of objects with {@code topic_id}, {@code partition} and {@code offset}, as lists of
     * structures or as JSON text. What bears the {@code view} (or {@code view_version}) of another version than the one that is read is left aside. Of a partition that is not there
     * nothing was known.
     */
    record PositionsColumn(String name) implements KnownAt {}

    /**
     * What stands below these offsets, as a prediction or an online read recorded them; of a partition that is not there, nothing.
     *
     * @param reached what must be in the offline store before the training set is begun
     */
    record Positions(Map<SourcePartition, Long> next, List<Reached> reached) implements KnownAt {
        public Positions {
            next = Map.copyOf(next);
            reached = List.copyOf(reached);
        }

        /** Positions that nobody waits for. */
        public Positions(Map<SourcePartition, Long> next) {
            this(next, List.of());
        }
    }

    /** Everything of a partition of a view's source below {@code offset}. The view is {@code view@version}. */
    record Reached(String view, String topicId, int partition, long offset) {}
}
