package io.millrace.features.app;

/** What a look-up of one row of one view has cost lately, in reads of one kind: those of rows in memory cost a hundredth of those that are folded anew. Thread-safe; a lost update is one read that does not count. */
public final class ReadCost {
    private static final long SHARE = 8;

    /** A pause of the machine in the midst of one read says little about the next. */
    private static final long MOST_TIMES = 4;

    private static final long LEAST_NANOS = 1_000;

    private volatile long nanos;

    /** What so many look-ups will take, in nanoseconds; zero where nothing was read yet. */
    long of(int lookups) {
        return lookups * nanos;
    }

    void took(int lookups, long tookNanos) {
        long before = nanos;
        long each = tookNanos / Math.max(1, lookups);
        nanos = before == 0
                ? each
                : before + (Math.min(each, MOST_TIMES * Math.max(before, LEAST_NANOS)) - before) / SHARE;
    }
}
