package io.millrace.features.app;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.table.FeatureTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
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

    /**
     * Reads what one request asks for, of all its views, from one state of the store: whatever is applied meanwhile, no answer mixes two versions of a row. One
     * access of the store for all of it.
     *
     * @return in the order of the queries
     */
    List<ViewRows> read(List<ViewQuery> queries);

    /** Reads all features of one view, as objects; answers in the order of the queries. For tools and tests: what serves requests reads tables. */
    default Readings read(FeatureView view, List<Query> queries) {
        int[] all = IntStream.range(0, view.features().size()).toArray();
        var keys = new ArrayList<@Nullable EntityKey>(queries.size());
        queries.forEach(query -> keys.add(query.key()));
        long[] instants = queries.stream().mapToLong(Query::asOfMicros).toArray();
        ViewRows read = read(List.of(new ViewQuery(view, all, keys, instants))).getFirst();
        return new Readings(
                IntStream.range(0, queries.size())
                        .mapToObj(row -> RowReading.of(read.table(), row))
                        .toList(),
                read.positions());
    }

    /** How many values of answers were null because there was more than their states hold, since the process began. */
    default long overflows() {
        return 0;
    }

    /**
     * Deletes the rows, tiles and single events of an entity; the positions stay. What is applied later is kept. An entity that is not there is fine.
     *
     * @throws StoreUnavailableException where it is not known whether it is gone; deleting again is right
     */
    void delete(FeatureView view, EntityKey key);

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

    /**
     * Some features of one view for the rows of a request.
     *
     * @param features places of features in the view: the columns of the answer
     * @param keys an entity per row; null is no entity and is answered as missing
     * @param asOfMicros an instant per row, microseconds since the epoch, inclusive
     */
    @SuppressWarnings("ArrayRecordComponent") // made for one read and never compared
    record ViewQuery(FeatureView view, int[] features, List<@Nullable EntityKey> keys, long[] asOfMicros) {
        /** How many rows are asked for. */
        public int rows() {
            return asOfMicros.length;
        }
    }

    /**
     * A view's part of an answer.
     *
     * @param table a row per row of the query, a column per feature of it
     * @param positions of the state that was read
     * @param newestMicros event time of the newest event applied to the view; empty where there is none
     */
    record ViewRows(FeatureTable table, Map<SourcePartition, Long> positions, OptionalLong newestMicros) {}

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

        /** A row of a table. */
        static RowReading of(FeatureTable table, int row) {
            long time = table.eventTimeMicros(row);
            return switch (table.state(row)) {
                case MISSING -> new Row(Collections.nCopies(table.width(), new FeatureReading.Missing()));
                case BEFORE_RETENTION -> new BeforeRetention(time);
                case FRESH ->
                    new Row(table.values(row).stream()
                            .<FeatureReading>map(value -> new FeatureReading.Fresh(value, time))
                            .toList());
                case EXPIRED ->
                    new Row(table.values(row).stream()
                            .<FeatureReading>map(value -> new FeatureReading.Expired(value, time))
                            .toList());
            };
        }
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
