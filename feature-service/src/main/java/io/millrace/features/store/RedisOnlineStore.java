package io.millrace.features.store;

import io.millrace.features.app.DurableStore;
import io.millrace.features.app.NewestEvents;
import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.kernel.EntityKey;
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
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The online store in Redis or Valkey (from 6.2), alone or a cluster, for several replicas. The fold stays in Java: a batch reads the rows that it touches with their revisions, folds, and a
 * script swaps rows and positions only if revisions and positions are still those; else it starts again. What was applied is in the positions, so that a batch whose outcome is not known can
 * be applied again.
 *
 * <p>The rows of a view are spread over buckets, each with its own positions on one shard. A view is as far as the bucket that is least far; a bucket that is further sees what comes again
 * as applied.
 *
 * <p>After a failover a shard may have gone back to an earlier state, rows and positions together. {@link #apply}, also of an empty batch, notices and refuses until {@link #positions} was asked:
 * the consumer seeks there and applies again.
 *
 * <p>The client belongs to whoever made it. Blocking: never on an event loop.
 */
public final class RedisOnlineStore implements DurableStore {
    /** Events that are swapped at once, by the number of buckets: bounds how long a shard is busy with one script. */
    private static final int MOST_EVENTS = 500;

    private static final int MOST_EVENTS_OF_ALL = 4_000;
    private static final int MOST_ATTEMPTS = 100;
    private static final int ROWS_OF_A_STEP = 200;

    private final RedisBuckets buckets;
    private final Room room;
    private final Plans plans;
    private final ConcurrentMap<ViewId, ReentrantLock> applying = new ConcurrentHashMap<>();
    private final ConcurrentMap<ViewId, String> adopted;
    private final Confirmations confirmed = new Confirmations();

    /**
     * @param keyPrefix what all keys begin with; no braces
     * @param buckets over how many the rows of a view are spread, where Redis does not know yet: 1, or several for each shard of a cluster
     * @param timeout of each call
     */
    public RedisOnlineStore(Redis redis, String keyPrefix, int buckets, Duration timeout) {
        if (keyPrefix.contains("{") || keyPrefix.contains("}")) {
            throw new IllegalArgumentException("a key prefix has no braces, was '" + keyPrefix + "'");
        }
        this.buckets = new RedisBuckets(new RedisLink(redis), keyPrefix, buckets, timeout);
        this.room = Room.SERVED;
        this.plans = new Plans();
        this.adopted = new ConcurrentHashMap<>();
    }

    /** The same store's other room. */
    private RedisOnlineStore(RedisOnlineStore served) {
        this.buckets = served.buckets;
        this.room = Room.BESIDE;
        this.plans = served.plans;
        this.adopted = served.adopted;
    }

    /** What is confirmed of one bucket. */
    private record Confirmed(ViewId view, int bucket) {}

    @Override
    public Map<SourcePartition, Long> positions(ViewId view) {
        return refusingDamage(view, () -> {
            buckets.agree();
            var heads = buckets.heads(view, room, adopted.getOrDefault(view, ""));
            for (int bucket = 0; bucket < heads.size(); bucket++) {
                confirmed.asked(new Confirmed(view, bucket), heads.get(bucket).positions());
            }
            return RedisBuckets.least(
                    heads.stream().map(RedisBuckets.Head::positions).toList());
        });
    }

    @Override
    public Applied apply(FeatureView view, Batch batch) {
        ViewPlan plan = plans.of(view);
        ReentrantLock lock = applying.computeIfAbsent(view.id(), _ -> new ReentrantLock());
        lock.lock();
        try {
            return refusingDamage(view.id(), () -> applyInParts(plan, batch));
        } finally {
            lock.unlock();
        }
    }

    /** All views and buckets are asked at once and waited for together: one round trip. A bucket's script runs alone, so that no row is of two versions. */
    @Override
    public List<ViewRows> read(List<ViewQuery> queries) {
        List<RedisViewRead> reads = queries.stream()
                .map(query -> RedisViewRead.begin(
                        buckets, room, plans.of(query.view()), plans.fingerprint(query.view()), query))
                .toList();
        var answers = new ArrayList<ViewRows>(queries.size());
        for (int i = 0; i < reads.size(); i++) {
            answers.add(refusingDamage(queries.get(i).view().id(), reads.get(i)::finish));
        }
        return answers;
    }

    @Override
    public long overflows() {
        return plans.overflows();
    }

    @Override
    public void drop(ViewId view) {
        forget(view, "");
        plans.forget(view);
        adopted.remove(view);
        for (int bucket = 0; bucket < buckets.count(); bucket++) {
            sweepDead(view, bucket, () -> true);
        }
    }

    @Override
    public void adopt(Collection<FeatureView> defined) {
        defined.forEach(view -> adopted.put(view.id(), plans.fingerprint(view)));
    }

    /** Redis is asked where the view was withheld a moment ago: another replica may have built it. */
    @Override
    public Optional<String> withheld(ViewId view) {
        if (buckets.withheld().containsKey(view)) {
            buckets.withheld().remove(view);
            buckets.heads(view, room, "").stream()
                    .map(RedisBuckets.Head::withheld)
                    .filter(why -> !why.isEmpty())
                    .findFirst()
                    .ifPresent(why -> buckets.withheld().put(view, why));
        }
        return Optional.ofNullable(buckets.withheld().get(view));
    }

    @Override
    public void withhold(ViewId view, String why) {
        forget(view, why.isEmpty() ? "withheld" : why);
        buckets.withheld().put(view, why);
    }

    @Override
    public OnlineStore beside() {
        return new RedisOnlineStore(this);
    }

    @Override
    public boolean promote(FeatureView view) {
        if (promote(view, false)) {
            boolean done = promote(view, true);
            buckets.withheld().remove(view.id());
            return done;
        }
        return false;
    }

    private boolean promote(FeatureView view, boolean really) {
        List<Long> outcomes = buckets
                .each(bucket -> buckets.call(RedisScripts.PROMOTE, view.id(), bucket)
                        .arg(plans.fingerprint(view))
                        .arg(really ? 1 : 0))
                .stream()
                .map(Response::toLong)
                .toList();
        return outcomes.contains(1L) && !outcomes.contains(0L);
    }

    @Override
    public Swept sweep(FeatureView view, BooleanSupplier pace) {
        ViewPlan plan = plans.of(view);
        Swept sum = new Swept(0, 0);
        for (int bucket = 0; bucket < buckets.count(); bucket++) {
            sum = sum.plus(sweepBucket(plan, bucket, pace));
            sweepDead(view.id(), bucket, pace);
        }
        return sum;
    }

    @Override
    public void delete(FeatureView view, EntityKey key) {
        EntityRow row = EntityRow.of(key);
        buckets.call(RedisScripts.DELETE, view.id(), buckets.of(row))
                .arg(room.name())
                .arg(row.bytes())
                .arg(Levels.MOST_LEVELS)
                .arg(RedisSwap.newRevision())
                .send(buckets.redis(), buckets.timeout());
    }

    @Override
    public NewestEvents newest(FeatureView view) {
        var heads = buckets.heads(view.id(), room, plans.fingerprint(view));
        heads.forEach(head -> buckets.refuseWithheld(view.id(), head.withheld()));
        return heads.stream().anyMatch(RedisBuckets.Head::isEmpty)
                ? NewestEvents.NONE
                : new RedisNewest(buckets, view, room, heads);
    }

    @Override
    public Optional<String> identity() {
        return Optional.empty();
    }

    /** The client is not closed: it belongs to whoever made it. */
    @Override
    public void close() {
        confirmed.forgetAll();
        buckets.redis().close();
    }

    private void forget(ViewId view, String why) {
        buckets.each(bucket ->
                buckets.call(RedisScripts.FORGET, view, bucket).arg(room.name()).arg(why));
        buckets.withheld().remove(view);
        for (int bucket = 0; bucket < buckets.count(); bucket++) {
            confirmed.forget(new Confirmed(view, bucket));
        }
    }

    private Swept sweepBucket(ViewPlan plan, int bucket, BooleanSupplier pace) {
        ViewId view = plan.view().id();
        var head = buckets.heads(view, room, plans.fingerprint(plan.view())).get(bucket);
        Swept sum = new Swept(0, 0);
        if (head.isEmpty() || head.newest().isEmpty()) {
            return sum;
        }
        var horizon = plan.horizon(head.newest().getAsLong());
        String cursor = "0";
        do {
            if (!pace.getAsBoolean()) {
                return sum;
            }
            RedisCall call = buckets.call(RedisScripts.TRIM, view, bucket)
                    .arg(head.generation())
                    .arg(cursor)
                    .arg(ROWS_OF_A_STEP)
                    .arg(RedisCodec.above('[', horizon.singlesAfterMicros()));
            horizon.firstTiles().forEach(number -> call.arg(number));
            Response answer = call.send(buckets.redis(), buckets.timeout());
            cursor = answer.get(0).toString();
            sum = sum.plus(new Swept(answer.get(1).toLong(), answer.get(2).toLong()));
        } while (!cursor.equals("0"));
        return sum;
    }

    private void sweepDead(ViewId view, int bucket, BooleanSupplier pace) {
        boolean more = true;
        while (more && pace.getAsBoolean()) {
            more = buckets.call(RedisScripts.SWEEP_DEAD, view, bucket)
                            .arg(Levels.MOST_LEVELS)
                            .send(buckets.redis(), buckets.timeout())
                            .toLong()
                    > 0;
        }
    }

    private Applied applyInParts(ViewPlan plan, Batch batch) {
        List<FeatureEvent> events = batch.events().stream()
                .sorted(Comparator.comparingLong(event -> event.position().offset()))
                .toList();
        int most = Math.min(MOST_EVENTS_OF_ALL, MOST_EVENTS * buckets.count());
        if (events.size() <= most) {
            return swapAll(plan, batch);
        }
        var sum = new Applied(0, 0, 0);
        for (int at = 0; at < events.size(); at += most) {
            int to = Math.min(events.size(), at + most);
            List<FeatureEvent> part = events.subList(at, to);
            Map<SourcePartition, Long> next = new HashMap<>();
            part.forEach(event ->
                    next.merge(event.position().source(), event.position().offset() + 1, Math::max));
            sum = plus(sum, swapAll(plan, new Batch(part, to == events.size() ? batch.next() : next)));
        }
        return sum;
    }

    /** Each bucket takes its part of the events, and all of them the positions: also those that have none of the events. */
    private Applied swapAll(ViewPlan plan, Batch batch) {
        int count = buckets.count();
        if (count == 1) {
            return swap(plan, 0, batch.events(), batch);
        }
        Map<Integer, List<FeatureEvent>> byBucket =
                batch.events().stream().collect(Collectors.groupingBy(event -> buckets.of(EntityRow.of(event.key()))));
        return RedisParallel.each(count, bucket -> swap(plan, bucket, byBucket.getOrDefault(bucket, List.of()), batch))
                .stream()
                .reduce(new Applied(0, 0, 0), RedisOnlineStore::plus);
    }

    private static Applied plus(Applied a, Applied b) {
        return new Applied(a.applied() + b.applied(), a.seen() + b.seen(), a.tooLate() + b.tooLate());
    }

    private Applied swap(ViewPlan plan, int bucket, List<FeatureEvent> mine, Batch batch) {
        ViewId view = plan.view().id();
        var state = new Confirmed(view, bucket);
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            var head = buckets.head(view, bucket, room, plans.fingerprint(plan.view()));
            confirmed.refuseStepBack(view, state, head.positions());
            var fold = new BatchFold(plan, mine, batch.events(), head.positions(), head.newest());
            var swap = new RedisSwap(
                    plan, buckets.redis(), buckets.timeout(), buckets.prefix(view, bucket), room, head.generation());
            Applied applied = swap.run(fold, head.positions(), batch.next());
            if (applied != null) {
                Map<SourcePartition, Long> after = new HashMap<>(head.positions());
                batch.next().forEach((partition, next) -> after.merge(partition, next, Math::max));
                confirmed.applied(state, after);
                return applied;
            }
        }
        throw new StoreUnavailableException(
                "view " + view + " is changed by others all the time; gave up after " + MOST_ATTEMPTS + " attempts",
                null);
    }

    private <T> T refusingDamage(ViewId view, Supplier<T> work) {
        try {
            return work.get();
        } catch (EncodingException e) {
            String why = "what Redis has of it is not what this Millrace wrote: " + e.getMessage();
            if (room == Room.SERVED) {
                withhold(view, why);
            } else {
                forget(view, "");
            }
            throw new StoreUnavailableException("view " + view + " is being built again: " + why, e);
        }
    }
}
