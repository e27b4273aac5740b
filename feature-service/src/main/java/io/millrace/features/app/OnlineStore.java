package io.millrace.features.app;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the state of feature views lives. Every change carries the positions that it brings its view to, and both become visible together:
 * after a crash the positions say exactly what is in the rows.
 *
 * <p>Thread-safe; the changes of one source partition come from one thread at a time.
 */
public interface OnlineStore extends AutoCloseable {
    /** Where the view's source partitions have been applied to: the offset of the next event. Empty for a view that is new here. */
    Map<SourcePartition, Long> positions(ViewId view);

    /**
     * Applies events and moves positions, atomically. Events below the stored position of their partition were applied before and change nothing. A batch has
     * each event once.
     *
     * @throws StoreUnavailableException where nothing was applied, or it is not known whether it was; applying again is right in both cases. A store that lost a tail
     *     (a failover) answers this until {@link #positions} was asked: seek there before applying again, which is right after every such exception
     */
    Applied apply(FeatureView view, Batch batch);

    /** Reads entities at instants, all from one snapshot; answers in the order of the queries. */
    Readings read(FeatureView view, List<Query> queries);

    /** Deletes all state of a view version. */
    void drop(ViewId view);

    @Override
    void close();

    /**
     * Events of one view and the positions after them.
     *
     * @param next offset of the next event of each partition that was polled, also of those whose records gave no event
     */
    record Batch(List<FeatureEvent> events, Map<SourcePartition, Long> next) {
        public Batch {
            events = List.copyOf(events);
            next = Map.copyOf(next);
        }
    }

    /**
     * What came of a batch.
     *
     * @param applied events that changed state
     * @param seen events that had been applied before
     * @param tooLate events older than any window or retention can show, left out
     */
    record Applied(int applied, int seen, int tooLate) {}

    /** An entity at an instant, microseconds since the epoch, inclusive. */
    record Query(EntityKey key, long asOfMicros) {}

    /** One reading per query, and the positions of the snapshot that they come from. */
    record Readings(List<RowReading> rows, Map<SourcePartition, Long> positions) {
        public Readings {
            rows = List.copyOf(rows);
            positions = Map.copyOf(positions);
        }
    }

    /** What reading one entity at one instant gave. */
    sealed interface RowReading {
        /** One reading per feature of the view, in its order. */
        record Row(List<FeatureReading> features) implements RowReading {
            public Row {
                features = List.copyOf(features);
            }
        }

        /** The instant lies before what the view retains. */
        record BeforeRetention(long earliestMicros) implements RowReading {}
    }

    /** What reading one feature gave. Missing and expired are answers, not errors. */
    sealed interface FeatureReading {
        /** @param value null where the newest event has a null, or a fold over no value is null */
        record Fresh(@Nullable FeatureValue value, long eventTimeMicros) implements FeatureReading {}

        /** Older than the view's ttl at the instant; the value is given all the same. */
        record Expired(@Nullable FeatureValue value, long eventTimeMicros) implements FeatureReading {}

        /** No event of this entity at or before the instant. */
        record Missing() implements FeatureReading {}
    }
}
