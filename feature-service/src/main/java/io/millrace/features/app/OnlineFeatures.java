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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs online reads where they belong: a small one at once on the thread that asks, which may be an event loop; one that waits for completeness,
 * or a large one, on virtual threads, bounded in number.
 */
@ApplicationScoped
public class OnlineFeatures {
    private final OnlineReads reads;
    private final ReadLimits limits;
    private final Semaphore running;
    private final AtomicInteger waiting = new AtomicInteger();
    private final ExecutorService virtual = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("read-", 0).factory());

    public OnlineFeatures(OnlineReads reads, ReadLimits limits) {
        this.reads = reads;
        this.limits = limits;
        this.running = new Semaphore(limits.concurrency());
    }

    @PreDestroy
    void stop() {
        virtual.shutdownNow();
    }

    /**
     * Reads; returns at once.
     *
     * @param completeWithin where positive: first wait this long at most until everything that was in the sources when this was called is applied
     * @return completes with the answer, or with a {@link Refusal} of the store; already complete where the read was small
     * @throws Refusal where the request is wrong or too many reads are waiting
     */
    public CompletableFuture<OnlineAnswer> read(OnlineRequest request, Duration completeWithin) {
        OnlineReads.Prepared prepared = reads.prepare(request);
        boolean waits = completeWithin.isPositive();
        if (!waits && prepared.lookups() <= limits.inlineLookups()) {
            return CompletableFuture.completedFuture(prepared.read(Optional.empty()));
        }
        if (waiting.incrementAndGet() > limits.maxWaiting()) {
            waiting.decrementAndGet();
            throw new Refusal(
                    FeatureReason.TOO_MANY_READS, limits.maxWaiting() + " reads are waiting already; try again later");
        }
        CompletableFuture<Optional<List<Map<SourcePartition, Long>>>> caughtUp = waits
                ? prepared.caughtUp(
                        completeWithin.compareTo(limits.maxCompleteWait()) < 0
                                ? completeWithin
                                : limits.maxCompleteWait())
                : CompletableFuture.completedFuture(Optional.empty());
        return caughtUp.thenApplyAsync(reached -> bounded(prepared, reached), virtual)
                .whenComplete((_, _) -> waiting.decrementAndGet());
    }

    /** Reads that wait now. */
    public int waiting() {
        return waiting.get();
    }

    private OnlineAnswer bounded(OnlineReads.Prepared prepared, Optional<List<Map<SourcePartition, Long>>> caughtUp) {
        running.acquireUninterruptibly();
        try {
            return prepared.read(caughtUp);
        } finally {
            running.release();
        }
    }
}
