package io.millrace.features.app;

import io.millrace.features.app.Pushes.Push;
import io.millrace.gate.Refusal;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Pushes that come one after the other: checked and appended in their order by one task at a time, several on their way to the log at a time.
 * Whoever feeds it asks {@link #hasRoom} before the next one, so that what is held is bounded by the rows in flight and one push.
 *
 * <p>The first push that fails ends the stream: what stands behind it and was not appended yet is dropped. Thread-safe; no method waits.
 */
public final class PushStream {
    private final Pushes pushes;
    private final Executor worker;
    private final int rowsInFlight;
    private final Runnable room;
    private final CompletableFuture<Committed> outcome = new CompletableFuture<>();

    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private boolean draining;
    private boolean ended;
    private boolean cancelled;
    private int inFlight;
    private int begun;
    private int committedPushes;
    private long committedRows;
    private int underWay;
    private int failedPush;
    private @Nullable Throwable failure;

    private record Waiting(int rows, Supplier<Push> push) {}

    /** What is in the log. */
    public record Committed(int pushes, long rows) {}

    PushStream(Pushes pushes, Executor worker, int rowsInFlight, Runnable room) {
        this.pushes = pushes;
        this.worker = worker;
        this.rowsInFlight = rowsInFlight;
        this.room = room;
    }

    /** What was committed, once the stream has ended and all of it is; or why the first push failed, once nothing is on its way any more. */
    public CompletableFuture<Committed> outcome() {
        return outcome;
    }

    /** Whether the next push should be taken from the client now. A stream that failed takes the rest to drop it. */
    public synchronized boolean hasRoom() {
        return failure != null || cancelled || inFlight < rowsInFlight;
    }

    /**
     * Takes the next push.
     *
     * @param rows how many it has; one without rows counts as one
     * @param push makes it, on the worker; what that throws is the push's failure
     */
    public void take(int rows, Supplier<Push> push) {
        synchronized (this) {
            if (failure != null || ended) {
                return;
            }
            var next = new Waiting(Math.max(1, rows), push);
            inFlight += next.rows();
            waiting.add(next);
            if (draining) {
                return;
            }
            draining = true;
        }
        worker.execute(this::drain);
    }

    /** No more pushes come. */
    public void end() {
        synchronized (this) {
            ended = true;
        }
        settle();
    }

    /** The client is gone: what was not appended yet is dropped. */
    public void cancel() {
        synchronized (this) {
            cancelled = true;
            ended = true;
            waiting.clear();
        }
        settle();
    }

    private void drain() {
        for (Waiting next = next(); next != null; next = next()) {
            append(next);
        }
        settle();
    }

    private synchronized @Nullable Waiting next() {
        Waiting next = waiting.poll();
        if (next == null) {
            draining = false;
        } else {
            begun++;
            underWay++;
        }
        return next;
    }

    private void append(Waiting next) {
        int number = begun();
        CompletableFuture<Integer> appended;
        try {
            appended = pushes.begin(next.push().get());
        } catch (RuntimeException e) {
            appended = CompletableFuture.failedFuture(e);
        }
        appended.whenComplete((count, thrown) -> {
            done(number, next.rows(), count, thrown);
            room.run();
            settle();
        });
    }

    private synchronized int begun() {
        return begun;
    }

    private synchronized void done(int number, int rows, @Nullable Integer count, @Nullable Throwable thrown) {
        underWay--;
        inFlight -= rows;
        if (count != null) {
            committedPushes++;
            committedRows += count;
        } else if (thrown != null && (failure == null || number < failedPush)) {
            failure = thrown;
            failedPush = number;
            waiting.clear();
        }
    }

    /** Says what came of it once nothing is on its way any more. */
    private void settle() {
        Throwable failed;
        Committed committed;
        synchronized (this) {
            if (underWay > 0 || !waiting.isEmpty() || draining || (!ended && failure == null)) {
                return;
            }
            failed = failure == null ? null : named(failure, failedPush);
            committed = new Committed(committedPushes, committedRows);
        }
        if (failed == null) {
            outcome.complete(committed);
        } else {
            outcome.completeExceptionally(failed);
        }
    }

    private static Throwable named(Throwable failure, int number) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof Refusal refusal
                ? new Refusal(refusal.reason(), "request " + number + ": " + refusal.getMessage(), refusal.details())
                : cause;
    }
}
