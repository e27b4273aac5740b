package io.millrace.features.kafka;

import io.millrace.features.app.offline.OfflineBatch;
import io.millrace.features.app.offline.OfflineBatch.Span;
import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.app.offline.OfflineStore.Reached;
import io.millrace.features.kernel.SourcePartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was read of a view's partitions and is not in the offline store yet. Used by one thread. */
final class PendingRows {
    private final Map<SourcePartition, Partition> partitions = new LinkedHashMap<>();
    private int rows;
    private long bytes;

    /** What was read of one partition. */
    static final class Partition {
        private final long from;
        private final List<OfflineRow> rows = new ArrayList<>();
        private long next;
        private long newestMicros;

        private Partition(long from, long next, long newestMicros) {
            this.from = from;
            this.next = next;
            this.newestMicros = newestMicros;
        }

        /** The first offset that was not read. */
        long next() {
            return next;
        }

        void readUpTo(long offset) {
            next = Math.max(next, offset);
        }

        /** Largest event time that was read; {@link Long#MIN_VALUE} where there is none. */
        long newestMicros() {
            return newestMicros;
        }

        void heard(long eventMicros) {
            newestMicros = Math.max(newestMicros, eventMicros);
        }
    }

    /**
     * Begins a partition where the store is; where the store does not know it, at its first record.
     *
     * @return the offset that is read first
     */
    long begin(SourcePartition source, @Nullable Reached reached, long beginning) {
        Partition begun = reached == null
                ? new Partition(OfflineBatch.NEW, beginning, Long.MIN_VALUE)
                : new Partition(reached.next(), reached.next(), reached.newestMicros());
        partitions.put(source, begun);
        return begun.next;
    }

    @Nullable
    Partition of(SourcePartition source) {
        return partitions.get(source);
    }

    /**
     * Adds a row of a partition.
     *
     * @param size of its record, in bytes
     */
    void add(Partition of, OfflineRow row, long size) {
        of.rows.add(row);
        of.heard(row.event().timeMicros());
        rows++;
        bytes += size;
    }

    int rows() {
        return rows;
    }

    /** Of the records that the rows came from. */
    long bytes() {
        return bytes;
    }

    /** Everything, with the positions behind it; no span where nothing was read. */
    OfflineBatch batch() {
        Map<SourcePartition, Span> spans = new HashMap<>();
        var together = new ArrayList<OfflineRow>(rows);
        partitions.forEach((source, of) -> {
            if (of.next > of.from) {
                spans.put(source, new Span(of.from, of.next, of.newestMicros));
                together.addAll(of.rows);
            }
        });
        return new OfflineBatch(together, spans);
    }

    /** The batch that was made last is in the store. */
    void written(OfflineBatch batch) {
        batch.spans()
                .forEach((source, span) ->
                        partitions.put(source, new Partition(span.to(), span.to(), span.newestMicros())));
        rows = 0;
        bytes = 0;
    }

    /** Leaves a partition to whoever has it next. */
    void forget(SourcePartition source) {
        Partition gone = partitions.remove(source);
        rows -= gone == null ? 0 : gone.rows.size();
    }
}
