package io.millrace.edge;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Runs something at a fixed rate on a thread of its own; a run that takes longer than the interval delays the next. */
final class Loop implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Loop.class);

    private final Duration interval;
    private final Work work;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    /** What is run. */
    @FunctionalInterface
    interface Work {
        void run() throws InterruptedException;
    }

    Loop(String name, Duration interval, Work work) {
        this.interval = interval;
        this.work = work;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Waits for a run that is under way, at most 10 s. */
    @Override
    public void close() {
        stopped.countDown();
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        long next = System.nanoTime();
        try {
            while (!stopped.await(Math.max(0, next - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                next = Math.max(next + interval.toNanos(), System.nanoTime());
                once();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void once() throws InterruptedException {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.errorf(e, "%s failed; it is tried again in %s", thread.getName(), interval);
        }
    }
}
