package io.millrace.local.measure;

import java.util.Arrays;
import java.util.Locale;

/** A set of measured durations and its percentiles. Exact: all are kept. Not thread-safe. */
public final class Durations {
    private long[] nanos = new long[1024];
    private int size;

    public void addNanos(long duration) {
        if (size == nanos.length) {
            nanos = Arrays.copyOf(nanos, size * 2);
        }
        nanos[size++] = duration;
    }

    public void addMillis(long duration) {
        addNanos(duration * 1_000_000);
    }

    public int size() {
        return size;
    }

    /**
     * The smallest duration that at least {@code share} of all do not exceed, in nanoseconds (nearest rank).
     *
     * @param share above 0, at most 1
     */
    public long percentileNanos(double share) {
        if (size == 0) {
            throw new IllegalStateException("nothing was measured");
        }
        long[] sorted = Arrays.copyOf(nanos, size);
        Arrays.sort(sorted);
        return sorted[Math.max(0, (int) Math.ceil(share * size) - 1)];
    }

    /** For people: {@code p50 1.2 ms, p99 8.0 ms}. */
    @Override
    public String toString() {
        return size == 0
                ? "none measured"
                : String.format(
                        Locale.ROOT,
                        "p50 %.1f ms, p99 %.1f ms",
                        percentileNanos(0.5) / 1e6,
                        percentileNanos(0.99) / 1e6);
    }
}
