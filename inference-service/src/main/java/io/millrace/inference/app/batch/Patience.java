package io.millrace.inference.app.batch;

import io.millrace.gate.Reason;
import io.millrace.gate.Refusal;
import io.millrace.jobs.JobContext;
import io.millrace.jobs.JobFailedException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Does for a job what may fail for a while: a service that is away, a model that is busy.
 *
 * @param longest how long it is tried again
 */
public record Patience(JobContext context, Duration longest) {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** @throws JobFailedException where it is refused for good, or for too long */
    public <T> T with(Supplier<T> work) {
        long since = System.nanoTime();
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                return work.get();
            } catch (Refusal refusal) {
                context.checkCancelled();
                Duration waited = Duration.ofNanos(System.nanoTime() - since);
                if (!isPassing(refusal) || waited.compareTo(longest) > 0) {
                    throw new JobFailedException(String.valueOf(refusal.getMessage()), refusal);
                }
            }
            LockSupport.parkNanos(pause.toNanos());
            context.checkCancelled();
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private static boolean isPassing(Refusal refusal) {
        Reason.Kind kind = refusal.reason().kind();
        return kind == Reason.Kind.UNAVAILABLE
                || kind == Reason.Kind.RESOURCE_EXHAUSTED
                || kind == Reason.Kind.DEADLINE_EXCEEDED;
    }
}
