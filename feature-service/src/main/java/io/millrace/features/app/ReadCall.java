package io.millrace.features.app;

import io.millrace.gate.Refusal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Who waits for a read, and for how long. A read for which nobody waits any more does no work. Thread-safe. */
public final class ReadCall {
    private final boolean bounded;
    private final long deadlineNanos;
    private final CompletableFuture<Boolean> gone = new CompletableFuture<>();

    private ReadCall(boolean bounded, long deadlineNanos) {
        this.bounded = bounded;
        this.deadlineNanos = deadlineNanos;
    }

    /** A caller without a deadline. */
    public static ReadCall patient() {
        return new ReadCall(false, 0);
    }

    /** A caller that waits for so long from now on. */
    public static ReadCall within(Duration left) {
        return new ReadCall(true, System.nanoTime() + left.toNanos());
    }

    /** The caller has gone. */
    public void cancel() {
        gone.complete(true);
    }

    /** Calls this once the caller has gone, at once where it has already. */
    void onCancel(Runnable then) {
        gone.thenRun(then);
    }

    /** The time left, at most {@code most}; zero where there is none. */
    Duration left(Duration most) {
        if (!bounded) {
            return most;
        }
        Duration left = Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
        return left.compareTo(most) < 0 ? left : most;
    }

    boolean isOver() {
        return gone.isDone() || bounded && deadlineNanos - System.nanoTime() <= 0;
    }

    /** @throws Refusal where nobody waits any more */
    void requireWaiting() {
        if (isOver()) {
            throw new Refusal(
                    FeatureReason.DEADLINE_PASSED,
                    "the caller's deadline passed, or it has gone, before the read began");
        }
    }
}
