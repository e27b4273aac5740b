package io.millrace.features.kafka;

import io.millrace.features.kernel.SourcePartition;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Up to where a view's source has been applied, and who waits for it to get further. Thread-safe. */
final class Progress {
    private final List<Waiter> waiters = new CopyOnWriteArrayList<>();
    private volatile Map<SourcePartition, Long> applied = Map.of();

    private record Waiter(Map<SourcePartition, Long> target, CompletableFuture<Boolean> reached) {}

    /** The offset of the next event of each partition. */
    Map<SourcePartition, Long> applied() {
        return applied;
    }

    /** Says where a loop begins: as far as the store is, which may be less than before. */
    void begin(Map<SourcePartition, Long> positions) {
        synchronized (this) {
            var next = new HashMap<>(applied);
            next.putAll(positions);
            applied = Map.copyOf(next);
        }
        wake();
    }

    /** Says that partitions have been applied up to here, after the store has made it visible. */
    void note(Map<SourcePartition, Long> positions) {
        synchronized (this) {
            var next = new HashMap<>(applied);
            positions.forEach((partition, offset) -> next.merge(partition, offset, Math::max));
            applied = Map.copyOf(next);
        }
        wake();
    }

    private void wake() {
        for (Waiter waiter : waiters) {
            if (isReached(waiter.target())) {
                waiter.reached().complete(true);
            }
        }
    }

    /** Completes with true once every partition is applied up to its target, with false after {@code patience}. */
    CompletableFuture<Boolean> reached(Map<SourcePartition, Long> target, Duration patience) {
        if (isReached(target)) {
            return CompletableFuture.completedFuture(true);
        }
        var reached = new CompletableFuture<Boolean>();
        var waiter = new Waiter(target, reached);
        waiters.add(waiter);
        if (isReached(target)) {
            reached.complete(true);
        }
        reached.completeOnTimeout(false, patience.toNanos(), TimeUnit.NANOSECONDS);
        return reached.whenComplete((_, _) -> waiters.remove(waiter));
    }

    boolean isAwaited() {
        return !waiters.isEmpty();
    }

    /** Records between what is applied and these ends. */
    long lag(Map<SourcePartition, Long> ends) {
        Map<SourcePartition, Long> now = applied;
        return ends.entrySet().stream()
                .mapToLong(end -> Math.max(0, end.getValue() - now.getOrDefault(end.getKey(), 0L)))
                .sum();
    }

    private boolean isReached(Map<SourcePartition, Long> target) {
        Map<SourcePartition, Long> now = applied;
        return target.entrySet().stream()
                .allMatch(wanted -> now.getOrDefault(wanted.getKey(), 0L) >= wanted.getValue());
    }
}
