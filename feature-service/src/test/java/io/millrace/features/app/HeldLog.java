package io.millrace.features.app;

import io.millrace.features.domain.PushTarget;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.gate.Refusal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** A push log that commits nothing until it is told to. */
public final class HeldLog implements PushLog, AutoCloseable {
    public final Semaphore commits = new Semaphore(0);
    public final List<Long> users = Collections.synchronizedList(new ArrayList<>());
    public final AtomicInteger appended = new AtomicInteger();
    public final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger held = new AtomicInteger();
    private final ExecutorService committer = Executors.newSingleThreadExecutor();
    public volatile boolean broken;

    @Override
    public CompletableFuture<Integer> append(FeatureView view, String pushId, PushTarget to, List<FeatureEvent> rows) {
        if (broken) {
            return CompletableFuture.failedFuture(new Refusal(FeatureReason.PUSH_LOG_UNAVAILABLE, "no Kafka"));
        }
        rows.forEach(row -> users.add(((FeatureValue.Int) row.key().values().getFirst()).value()));
        appended.addAndGet(rows.size());
        most.accumulateAndGet(held.addAndGet(rows.size()), Math::max);
        var committed = new CompletableFuture<Integer>();
        committer.execute(() -> {
            commits.acquireUninterruptibly();
            held.addAndGet(-rows.size());
            committed.complete(rows.size());
        });
        return committed;
    }

    @Override
    public void close() {
        commits.release(1_000_000);
        committer.shutdown();
    }
}
