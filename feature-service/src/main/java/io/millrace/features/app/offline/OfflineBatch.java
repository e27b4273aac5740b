package io.millrace.features.app.offline;

import io.millrace.features.kernel.SourcePartition;
import java.util.List;
import java.util.Map;

/**
 * Rows of one view and the positions after them.
 *
 * @param spans what of each partition the batch has gone through, also of those that gave no row
 */
public record OfflineBatch(List<OfflineRow> rows, Map<SourcePartition, Span> spans) {
    /** A partition that is not in the store yet. */
    public static final long NEW = -1;

    public OfflineBatch {
        rows = List.copyOf(rows);
        spans = Map.copyOf(spans);
    }

    /**
     * A part of a partition.
     *
     * @param from the offset at which the store is; {@link #NEW} where it does not know the partition
     * @param to the next offset behind the batch
     * @param newestMicros largest event time below {@code to}; {@link Long#MIN_VALUE} where there is none
     */
    public record Span(long from, long to, long newestMicros) {}
}
