package io.millrace.local.demo;

import java.util.Locale;

/** How long each step of a run took. Not thread-safe. */
final class Timings {
    private final long begin = System.nanoTime();
    private final StringBuilder steps = new StringBuilder();
    private long last = begin;

    /** Ends a step. */
    void mark(String step) {
        long now = System.nanoTime();
        steps.append(String.format(Locale.ROOT, "%s %.1f s, ", step, (now - last) / 1e9));
        last = now;
    }

    /**
     * For people.
     *
     * @param buildSeconds what was spent before this process began
     */
    String line(double buildSeconds) {
        double total = (System.nanoTime() - begin) / 1e9 + buildSeconds;
        return String.format(Locale.ROOT, "build %.1f s, %stotal %.1f s", buildSeconds, steps, total);
    }
}
