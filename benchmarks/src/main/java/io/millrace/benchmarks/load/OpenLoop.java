package io.millrace.benchmarks.load;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls that begin at a given rate, however long the ones before take, as calls of many independent callers do. Latencies count from the moment at which a call was due,
 * so that a stall is seen by every call that it delays.
 */
public final class OpenLoop {
    private static final long LEAST_SLEEP_NANOS = 1_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private OpenLoop() {}

    /**
     * Calls at this rate for this long, then waits for what is under way.
     *
     * @param perSecond calls per second, evenly spread
     */
    public static Measured run(Target target, double perSecond, Duration length) {
        var tally = new Tally();
        long calls = Math.round(perSecond * length.toNanos() / 1e9);
        long begin = System.nanoTime();
        for (long i = 0; i < calls; i++) {
            long due = begin + Math.round(i * 1e9 / perSecond);
            long early = due - System.nanoTime();
            while (early > 0) {
                // To wake up for each call would cost the processors more than many a call does.
                LockSupport.parkNanos(Math.max(early, LEAST_SLEEP_NANOS));
                early = due - System.nanoTime();
            }
            target.call(failure -> tally.ended(failure, System.nanoTime() - due));
        }
        long elapsed = System.nanoTime() - begin;
        Waiting.until(() -> tally.ended() == calls, PATIENCE);
        return tally.measured(elapsed);
    }
}
