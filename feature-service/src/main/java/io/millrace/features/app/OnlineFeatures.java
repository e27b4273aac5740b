package io.millrace.features.app;

import io.millrace.features.kernel.SourcePartition;
import io.millrace.gate.Refusal;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs online reads where they belong: a small one at once on the thread that asks, which may be an event loop; one that waits for completeness,
 * or a large one, when it has its turn ({@link ReadTurns}).
 */
@ApplicationScoped
public class OnlineFeatures {
    /** Long enough for a burst to pass. */
    public static final Duration RETRY_AFTER = Duration.ofMillis(200);

    /** Reads that take longer are not small, however few rows they have: on an event loop all that comes behind would wait for them. */
    private static final long INLINE_NANOS = Duration.ofMillis(1).toNanos();

    private final OnlineReads reads;
    private final ReadLimits limits;
    private final ReadTurns turns;
    private final Semaphore admitted;
    private final AtomicInteger waiting = new AtomicInteger();

    public OnlineFeatures(OnlineReads reads, ReadLimits limits) {
        this.reads = reads;
        this.limits = limits;
        this.turns = new ReadTurns(limits.concurrency(), limits.maxQueueing());
        this.admitted = new Semaphore(limits.admitted());
    }

    @PreDestroy
    void stop() {
        turns.close();
    }

    /** Reads for a caller without a deadline. */
    public CompletableFuture<OnlineAnswer> read(OnlineRequest request, Duration completeWithin) {
        return read(request, completeWithin, ReadCall.patient());
    }

    /**
     * Reads; returns at once.
     *
     * @param completeWithin where positive: first wait this long at most until everything that was in the sources when this was called is applied
     * @param call once it is over, whatever of the read has not begun is not done
     * @return completes with the answer, or with a {@link Refusal}; already complete where the read was small. Exceptionally with a cancellation where the caller went while it waited
     * @throws Refusal where the request is wrong, too many reads are waiting or nobody waits for this one
     */
    public CompletableFuture<OnlineAnswer> read(OnlineRequest request, Duration completeWithin, ReadCall call) {
        call.requireWaiting();
        OnlineReads.Prepared prepared = reads.prepare(request);
        boolean waits = completeWithin.isPositive();
        if (!waits && prepared.lookups() <= limits.inlineLookups() && prepared.expectedNanos() <= INLINE_NANOS) {
            return CompletableFuture.completedFuture(prepared.read(Optional.empty()));
        }
        if (waiting.incrementAndGet() > limits.maxWaiting()) {
            waiting.decrementAndGet();
            throw tooMany(limits.maxWaiting() + " reads are waiting already");
        }
        CompletableFuture<Optional<List<Map<SourcePartition, Long>>>> caughtUp =
                waits ? prepared.caughtUp(wait(completeWithin)) : CompletableFuture.completedFuture(Optional.empty());
        CompletableFuture<OnlineAnswer> answer = caughtUp.thenCompose(
                        reached -> turns.read(call, () -> prepared.read(reached)))
                .whenComplete((_, _) -> waiting.decrementAndGet());
        call.onCancel(() -> caughtUp.cancel(false));
        return answer;
    }

    /**
     * A place among the requests that are served at one time; to be given back with {@link #leave}.
     *
     * @throws Refusal where all are taken
     */
    public void enter() {
        if (!admitted.tryAcquire()) {
            throw tooMany(limits.admitted() + " requests are being served");
        }
    }

    public void leave() {
        admitted.release();
    }

    /** Reads that wait now. */
    public int waiting() {
        return waiting.get();
    }

    private Duration wait(Duration completeWithin) {
        return completeWithin.compareTo(limits.maxCompleteWait()) < 0 ? completeWithin : limits.maxCompleteWait();
    }

    static Refusal tooMany(String why) {
        return Refusal.forNow(FeatureReason.TOO_MANY_READS, why + "; try again later", RETRY_AFTER);
    }
}
