package io.millrace.features.app.batch;

import java.util.Map;

/**
 * How far a materialisation is, in rows of its table.
 *
 * @param read rows that are dealt with; a resumed job goes on behind them
 * @param written rows that went to the log
 * @param rejected rows that cannot be used; they stand in the dead-letter topic of the log
 */
public record RowCounts(long read, long written, long rejected) {
    private static final String READ = "read";
    private static final String WRITTEN = "written";
    private static final String REJECTED = "rejected";

    /** Rows outside of the range, and those of deleted entities. */
    public long passedOver() {
        return read - written - rejected;
    }

    RowCounts plus(long moreRead, int moreWritten, int moreRejected) {
        return new RowCounts(read + moreRead, written + moreWritten, rejected + moreRejected);
    }

    static RowCounts of(Map<String, String> checkpoint) {
        return new RowCounts(count(checkpoint, READ), count(checkpoint, WRITTEN), count(checkpoint, REJECTED));
    }

    Map<String, String> checkpoint() {
        return Map.of(READ, Long.toString(read), WRITTEN, Long.toString(written), REJECTED, Long.toString(rejected));
    }

    private static long count(Map<String, String> checkpoint, String name) {
        return Long.parseLong(checkpoint.getOrDefault(name, "0"));
    }
}
