package io.millrace.features.app.batch;

import io.millrace.features.kernel.ViewId;
import java.time.Instant;

/**
 * A materialisation and how far it is. Counts are rows of the table.
 *
 * @param read rows that are dealt with; a resumed job goes on behind them
 * @param written rows that went to the log
 * @param rejected rows that cannot be used; they stand in the dead-letter topic of the log
 * @param passedOver rows outside of the range, and those of deleted entities
 * @param expected rows in all; -1 as long as that is not known
 * @param message why it failed; empty else
 */
public record Materialization(
        String id,
        ViewId view,
        TimeRange range,
        State state,
        long read,
        long written,
        long rejected,
        long passedOver,
        long expected,
        Instant started,
        Instant updated,
        String message) {
    /** What it is doing. */
    public enum State {
        RUNNING,
        DONE,
        FAILED,
        CANCELLED
    }

    Materialization become(State next, String why, Instant now) {
        return new Materialization(
                id, view, range, next, read, written, rejected, passedOver, expected, started, now, why);
    }

    Materialization expecting(long rows) {
        return new Materialization(
                id, view, range, state, read, written, rejected, passedOver, rows, started, updated, message);
    }

    Materialization advanced(long more, int moreWritten, int moreRejected, Instant now) {
        return new Materialization(
                id,
                view,
                range,
                state,
                read + more,
                written + moreWritten,
                rejected + moreRejected,
                passedOver + more - moreWritten - moreRejected,
                expected,
                started,
                now,
                message);
    }
}
