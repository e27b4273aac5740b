package io.millrace.inference.app;

import io.millrace.gate.Refusal;
import io.millrace.inference.config.InferenceConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The door that every request for predictions passes once: how many may be under way, and how long each may take. A transport lets its requests in before it decodes them or takes threads for
 * them, so that one that is refused costs next to nothing; whatever a request calls inside does not pass it again.
 */
@ApplicationScoped
public class Admission {
    /** Long enough for a burst to pass. */
    public static final Duration RETRY_AFTER = Duration.ofMillis(200);

    private static final Stay WITHIN_ANOTHER = () -> {};

    private final Duration deadline;
    private final int maxConcurrent;
    private final Semaphore free;

    /** A request's stay inside. Closed again, it stays closed. */
    public interface Stay extends AutoCloseable {
        @Override
        void close();
    }

    public Admission(InferenceConfig config) {
        this.deadline = config.predict().deadline();
        this.maxConcurrent = config.predict().maxConcurrentRequests();
        if (maxConcurrent < 1) {
            throw new IllegalArgumentException(
                    "millrace.inference.predict.max-concurrent-requests must be at least 1, was " + maxConcurrent);
        }
        this.free = new Semaphore(maxConcurrent);
    }

    /**
     * Lets a request in until its stay is closed.
     *
     * @throws Refusal BUSY
     */
    public Stay enter() {
        if (!free.tryAcquire()) {
            throw busy(maxConcurrent + " requests are under way");
        }
        var inside = new AtomicBoolean(true);
        return () -> {
            if (inside.compareAndSet(true, false)) {
                free.release();
            }
        };
    }

    /** The same for a request that may have been let in at its transport's door. */
    public Stay enter(Caller caller) {
        return caller.isAdmitted() ? WITHIN_ANOTHER : enter();
    }

    /** What a request is refused with that may come again. */
    public static Refusal busy(String why) {
        return Refusal.forNow(InferenceReason.BUSY, why + ": try again later", RETRY_AFTER);
    }

    /**
     * The time that a request has from now on: the service's own and what is added to it, or the caller's where that is shorter.
     *
     * @param added for what the caller asks to wait for; zero or more
     * @throws Refusal DEADLINE_EXCEEDED where none is left
     */
    public Deadline deadline(Optional<Duration> callers, Duration added, Caller caller) {
        Duration own = deadline.plus(added);
        Duration bound = callers.filter(given -> given.compareTo(own) < 0).orElse(own);
        if (!bound.isPositive()) {
            throw new Refusal(InferenceReason.DEADLINE_EXCEEDED, "the deadline has passed");
        }
        return new Deadline(bound, caller);
    }
}
