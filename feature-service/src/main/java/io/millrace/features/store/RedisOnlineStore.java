package io.millrace.features.store;

import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.encoding.EncodingException;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.window.Levels;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The online store in Redis (from 6.2), for several replicas. The fold stays in Java: a batch reads the rows that it touches with their revisions, folds, and a script
 * swaps rows and positions only if revisions and positions are still those; else it starts again. What was applied is in the positions, so that a batch whose outcome is not known can
 * be applied again. All keys of a view are on one shard.
 *
 * <p>After a failover Redis may have gone back to an earlier state, rows and positions together. {@link #apply} notices and refuses until {@link #positions} was asked: the
 * consumer seeks there and applies again.
 *
 * <p>To be wired as one object: {@code new RedisOnlineStore(redis, "millrace:features:", timeout)} with the {@code io.vertx.redis.client.Redis} that quarkus-redis-client produces (of a
 * {@code io.vertx.mutiny.redis.client.Redis}, {@code getDelegate()}). The client belongs to whoever made it. Blocking: never on an event loop.
 */
public final class RedisOnlineStore implements OnlineStore {
    /** Events that are swapped at once: bounds how long Redis is busy with one script. */
    private static final int MOST_EVENTS = 500;

    private static final int MOST_ATTEMPTS = 100;

    private final Redis redis;
    private final String keyPrefix;
    private final Duration timeout;
    private final Plans plans = new Plans();
    private final ConcurrentMap<ViewId, ReentrantLock> applying = new ConcurrentHashMap<>();
    private final ConcurrentMap<ViewId, Map<SourcePartition, Long>> confirmed = new ConcurrentHashMap<>();

    /**
     * @param keyPrefix what all keys begin with; no braces
     * @param timeout of each call
     */
    public RedisOnlineStore(Redis redis, String keyPrefix, Duration timeout) {
        if (keyPrefix.contains("{") || keyPrefix.contains("}")) {
            throw new IllegalArgumentException("a key prefix has no braces, was '" + keyPrefix + "'");
        }
        this.redis = redis;
        this.keyPrefix = keyPrefix;
        this.timeout = timeout;
    }

    /** A view as a whole, as Redis has it. */
    private record Head(String generation, OptionalLong newest, Map<SourcePartition, Long> positions) {}

    @Override
    public Map<SourcePartition, Long> positions(ViewId view) {
        return refusingDamage(() -> {
            Map<SourcePartition, Long> positions = head(prefix(view)).positions();
            confirmed.put(view, positions);
            return positions;
        });
    }

    @Override
    public Applied apply(FeatureView view, Batch batch) {
        ViewPlan plan = plans.of(view);
        ReentrantLock lock = applying.computeIfAbsent(view.id(), _ -> new ReentrantLock());
        lock.lock();
        try {
            return refusingDamage(() -> applyInParts(plan, batch));
        } finally {
            lock.unlock();
        }
    }

    /** All views are asked at once and waited for together: one round trip. A row's script runs alone, so that no row is of two versions. */
    @Override
    public List<ViewRows> read(List<ViewQuery> queries) {
        return refusingDamage(() -> {
            List<RedisViewRead> reads =
                    queries.stream().map(query -> begin(query)).toList();
            return reads.stream().map(RedisViewRead::finish).toList();
        });
    }

    private RedisViewRead begin(ViewQuery query) {
        ViewId view = query.view().id();
        return RedisViewRead.begin(
                plans.of(query.view()), query, call(RedisScripts.READ, prefix(view)), redis, timeout);
    }

    @Override
    public void drop(ViewId view) {
        String prefix = prefix(view);
        call(RedisScripts.FORGET, prefix).send(redis, timeout);
        plans.forget(view);
        confirmed.remove(view);
        long generations = Long.parseLong(head(prefix).generation());
        for (long generation = 0; generation < generations; generation++) {
            long deleted;
            do {
                deleted = call(RedisScripts.SWEEP, prefix)
                        .arg(generation)
                        .arg(Levels.MOST_LEVELS)
                        .send(redis, timeout)
                        .toLong();
            } while (deleted > 0);
        }
    }

    /** The client is not closed: it belongs to whoever made it. */
    @Override
    public void close() {
        confirmed.clear();
    }

    private Applied applyInParts(ViewPlan plan, Batch batch) {
        List<FeatureEvent> events = batch.events().stream()
                .sorted(Comparator.comparingLong(event -> event.position().offset()))
                .toList();
        if (events.size() <= MOST_EVENTS) {
            return swap(plan, batch);
        }
        var sum = new Applied(0, 0, 0);
        for (int at = 0; at < events.size(); at += MOST_EVENTS) {
            int to = Math.min(events.size(), at + MOST_EVENTS);
            List<FeatureEvent> part = events.subList(at, to);
            Map<SourcePartition, Long> next = new HashMap<>();
            part.forEach(event ->
                    next.merge(event.position().source(), event.position().offset() + 1, Math::max));
            Applied applied = swap(plan, new Batch(part, to == events.size() ? batch.next() : next));
            sum = new Applied(
                    sum.applied() + applied.applied(), sum.seen() + applied.seen(), sum.tooLate() + applied.tooLate());
        }
        return sum;
    }

    private Applied swap(ViewPlan plan, Batch batch) {
        ViewId view = plan.view().id();
        String prefix = prefix(view);
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            Head head = head(prefix);
            refuseStepBack(view, head.positions());
            var fold = new BatchFold(plan, batch.events(), head.positions(), head.newest());
            var swap = new RedisSwap(plan, redis, timeout, prefix, head.generation());
            Applied applied = swap.run(fold, head.positions(), batch.next());
            if (applied != null) {
                Map<SourcePartition, Long> after = new HashMap<>(head.positions());
                batch.next().forEach((partition, next) -> after.merge(partition, next, Math::max));
                confirmed.put(view, Map.copyOf(after));
                return applied;
            }
        }
        throw new StoreUnavailableException(
                "view " + view + " is changed by others all the time; gave up after " + MOST_ATTEMPTS + " attempts",
                null);
    }

    private void refuseStepBack(ViewId view, Map<SourcePartition, Long> positions) {
        confirmed.getOrDefault(view, Map.of()).forEach((partition, offset) -> {
            Long now = positions.get(partition);
            if (now == null || now < offset) {
                throw new StoreUnavailableException(
                        "Redis went back to an earlier state of view " + view + ": " + partition + " was at " + offset
                                + " and is at " + now + "; ask for its positions, seek there and apply again",
                        null);
            }
        });
    }

    private Head head(String prefix) {
        Response answer = call(RedisScripts.HEAD, prefix).send(redis, timeout);
        return new Head(
                answer.get(0).toString(), RedisCodec.instant(answer.get(1)), RedisCodec.positions(answer.get(2)));
    }

    private static RedisCall call(String script, String prefix) {
        return new RedisCall(script, prefix + "pos").arg(prefix);
    }

    private String prefix(ViewId view) {
        return RedisCodec.prefix(keyPrefix, view);
    }

    private static <T> T refusingDamage(Supplier<T> work) {
        try {
            return work.get();
        } catch (EncodingException e) {
            throw new DamagedStoreException("what Redis has is not what this Millrace wrote: " + e.getMessage(), e);
        }
    }
}
