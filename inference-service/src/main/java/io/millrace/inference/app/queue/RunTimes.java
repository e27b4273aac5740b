package io.millrace.inference.app.queue;

/** What runs of a model version take, smoothed. Learned under its owner's lock; anybody may ask. */
final class RunTimes {
    private static final long BRIEF_NANOS = 500_000;
    private static final long INSTANT_NANOS = BRIEF_NANOS / 5;
    private static final int SMOOTHING = 8;

    /** 0: not known. */
    private volatile long runNanos;
    /** Of large runs. 0: not known. */
    private volatile double rowNanos;

    /**
     * A run ended.
     *
     * @param rows at least 1
     * @param isLarge whether it had about as many rows as a run may have
     */
    void ran(int rows, long took, boolean isLarge) {
        long run = runNanos;
        runNanos = run == 0 ? took : run + (took - run) / SMOOTHING;
        if (isLarge) {
            double before = rowNanos;
            double row = (double) took / rows;
            rowNanos = before == 0 ? row : before + (row - before) / SMOOTHING;
        }
    }

    /** Whether a run may hold a virtual thread's carrier. */
    boolean isBrief() {
        return runNanos < BRIEF_NANOS;
    }

    /** Whether a run may be made where many callers' bytes are read. */
    boolean isInstant() {
        return runNanos > 0 && runNanos < INSTANT_NANOS;
    }

    /** The same for one of so many rows. */
    boolean isInstant(int rows) {
        return isInstant() && of(rows) < INSTANT_NANOS;
    }

    /** Nanoseconds that so many rows take in large runs; 0 where that is not known. */
    long of(long rows) {
        return (long) (rowNanos * rows);
    }
}
