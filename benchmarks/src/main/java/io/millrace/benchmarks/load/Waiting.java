package io.millrace.benchmarks.load;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waiting for what other threads and processes do. */
public final class Waiting {
    private static final long LOOK_NANOS = 2_000_000;

    private Waiting() {}

    /**
     * Waits until something is so.
     *
     * @throws IllegalStateException where it is not within {@code patience}
     */
    public static void until(BooleanSupplier so, Duration patience) {
        until(so, patience, LOOK_NANOS);
    }

    /** The same for what is dear to ask: it is asked again after so long only. */
    public static void until(BooleanSupplier so, Duration patience, long lookNanos) {
        long end = System.nanoTime() + patience.toNanos();
        while (!so.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("waited " + patience + " in vain");
            }
            LockSupport.parkNanos(lookNanos);
        }
    }

    static void on(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
