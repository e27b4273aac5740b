package io.millrace.benchmarks.load;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/** A number of calls, as fast as they are answered. */
public final class CountedLoop {
    private CountedLoop() {}

    /** Makes so many calls, so many at a time, and waits for the last of them. */
    public static Measured run(Target target, int atOnce, long calls) {
        var tally = new Tally();
        var free = new Semaphore(atOnce);
        var left = new CountDownLatch(Math.toIntExact(calls));
        long begin = System.nanoTime();
        for (long i = 0; i < calls; i++) {
            free.acquireUninterruptibly();
            long started = System.nanoTime();
            target.call(failure -> {
                tally.ended(failure, System.nanoTime() - started);
                free.release();
                left.countDown();
            });
        }
        Waiting.on(left);
        return tally.measured(System.nanoTime() - begin);
    }
}
