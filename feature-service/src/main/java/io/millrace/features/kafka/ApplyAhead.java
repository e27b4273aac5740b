package io.millrace.features.kafka;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Changes of a store one behind the other on a thread of their own, so that whoever makes them reads on meanwhile: one is under way at most, and the next one waits for it. What one throws is thrown by
 * the call that comes next, and nothing is done after that. Used by one thread.
 */
final class ApplyAhead implements AutoCloseable {
    private static final long IDLE_SECONDS = 10;

    private final ThreadPoolExecutor thread;
    private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

    /** @param name of the thread, which is there only while there is work */
    ApplyAhead(String name) {
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().name(name).daemon().factory());
        thread.allowCoreThreadTimeOut(true);
    }

    /** Waits for the change before, and begins with this one. */
    void begin(Runnable change) {
        await();
        last = CompletableFuture.runAsync(change, thread);
    }

    boolean isIdle() {
        return last.isDone();
    }

    /** Waits until all that was begun is done; throws what it threw. */
    void await() {
        try {
            last.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw e;
            }
        }
    }

    /** Waits until nothing is under way, however it ended: the next call says so. */
    void settle() {
        last.exceptionally(_ -> null).join();
    }

    @Override
    public void close() {
        settle();
        thread.shutdown();
    }
}
