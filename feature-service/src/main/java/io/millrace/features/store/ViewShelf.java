package io.millrace.features.store;

import io.millrace.features.app.OnlineStore.ViewRows;
import io.millrace.features.kernel.table.FeatureRow;
import org.jspecify.annotations.Nullable;

/**
 * What is known in memory of a view version beside its rows: how many changes of it have begun and how many have ended, and its positions. Rows are kept and forgotten while this object is
 * held.
 */
final class ViewShelf {
    private volatile long begun;
    private volatile long ended;
    private volatile Object life = new Object();
    private volatile @Nullable ViewRows state;
    private @Nullable FeatureRow anyRow;

    /** A moment of a shelf. */
    record Moment(
            long begun,
            Object life,
            boolean isQuiet,
            @Nullable ViewRows state) {}

    /** How it is now; quiet where no change is under way. */
    Moment now() {
        long done = ended;
        long started = begun;
        return new Moment(started, life, done == started, state);
    }

    /** Whether no change has begun since a moment and none was under way then. */
    boolean isAsAt(Moment moment) {
        return moment.isQuiet() && begun == moment.begun();
    }

    /** A change begins: {@code forget} what it will make untrue. */
    synchronized void begin(Runnable forget) {
        begun++;
        state = null;
        forget.run();
    }

    synchronized void end() {
        ended++;
    }

    /** Does something where everything is as it was at a moment, and keeps it so meanwhile. */
    synchronized void whileAsAt(Moment moment, Runnable work) {
        if (isAsAt(moment)) {
            work.run();
        }
    }

    /** Positions and newest event, with an empty table; within {@link #whileAsAt}. */
    void know(ViewRows positions) {
        state = positions;
    }

    /** A row that was kept lately: most others have values of the same kinds; null where none was ever kept. Within {@link #whileAsAt} or {@link #begin}. */
    @Nullable
    FeatureRow anyRow() {
        return anyRow;
    }

    /** The row that was kept last; within {@link #whileAsAt}. */
    void anyRow(FeatureRow row) {
        anyRow = row;
    }

    /** What rows are kept under. */
    Object life() {
        return life;
    }

    /** From here on none of the rows is known any more; within {@link #begin}. */
    void forgetAll() {
        life = new Object();
    }
}
