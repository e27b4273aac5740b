package io.millrace.features.store;

import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The buckets over which the rows of each view are spread, so that a view uses all shards of a cluster. How many there are is written in Redis by whoever comes first, and holds for all
 * replicas. Thread-safe.
 */
final class RedisBuckets {
    /** The layout of the keys; another one does not see what this one wrote. */
    private static final String LAYOUT = "2:";

    private final RedisLink redis;
    private final String keyPrefix;
    private final int wanted;
    private final Duration timeout;
    private final ConcurrentMap<ViewId, String> withheld = new ConcurrentHashMap<>();
    private volatile int count;

    /** A bucket of a view in one room, as Redis has it. */
    record Head(String generation, OptionalLong newest, Map<SourcePartition, Long> positions, String withheld) {
        boolean isEmpty() {
            return generation.isEmpty();
        }
    }

    RedisBuckets(RedisLink redis, String keyPrefix, int wanted, Duration timeout) {
        this.redis = redis;
        this.keyPrefix = keyPrefix + LAYOUT;
        this.wanted = wanted;
        this.timeout = timeout;
    }

    RedisLink redis() {
        return redis;
    }

    Duration timeout() {
        return timeout;
    }

    /** How many there are. */
    int count() {
        return count == 0 ? agree() : count;
    }

    /** Asks Redis for the number, and writes it there where it is not. */
    int agree() {
        String key = keyPrefix + "buckets";
        count = Math.toIntExact(new RedisCall(
                        "return redis.call('SET', KEYS[1], ARGV[1], 'NX') and tonumber(ARGV[1]) or tonumber(redis.call('GET', KEYS[1]))",
                        key)
                .arg(wanted)
                .send(redis, timeout)
                .toLong());
        return count;
    }

    int of(EntityRow row) {
        return (int) Math.floorMod(row.hash() >>> 16, (long) count());
    }

    String prefix(ViewId view, int bucket) {
        return RedisCodec.prefix(keyPrefix, view, bucket);
    }

    /** A script's call for a bucket; its first argument is the prefix. */
    RedisCall call(String script, ViewId view, int bucket) {
        String prefix = prefix(view, bucket);
        return new RedisCall(script, prefix).arg(prefix);
    }

    /** One call for each bucket, all at one time. */
    List<Response> each(IntFunction<RedisCall> call) {
        return RedisCall.all(IntStream.range(0, count()).mapToObj(call).toList(), redis, timeout);
    }

    List<Head> heads(ViewId view, Room room, String fingerprint) {
        return each(bucket -> head(view, bucket, room, fingerprint, false)).stream()
                .map(answer -> head(view, answer))
                .toList();
    }

    /**
     * @param begin whether to begin a state where there is none of this definition
     * @throws StoreUnavailableException where the view is withheld
     */
    Head head(ViewId view, int bucket, Room room, String fingerprint) {
        Head head = head(view, head(view, bucket, room, fingerprint, true).send(redis, timeout));
        refuseWithheld(view, head.withheld());
        return head;
    }

    private RedisCall head(ViewId view, int bucket, Room room, String fingerprint, boolean begin) {
        return call(RedisScripts.HEAD, view, bucket)
                .arg(room.name())
                .arg(fingerprint)
                .arg(begin ? 1 : 0);
    }

    private static Head head(ViewId view, Response answer) {
        return new Head(
                answer.get(0).toString(),
                RedisCodec.instant(answer.get(1)),
                RedisCodec.positions(answer.get(2)),
                text(answer.get(3)));
    }

    private static String text(@Nullable Response text) {
        return text == null ? "" : text.toString();
    }

    void refuseWithheld(ViewId view, @Nullable Response why) {
        refuseWithheld(view, text(why));
    }

    void refuseWithheld(ViewId view, String why) {
        if (!why.isEmpty()) {
            withheld.put(view, why);
            throw new StoreUnavailableException("view " + view + " is being built again: " + why, null);
        }
    }

    /** Views that were found withheld, and why; to be asked for again. */
    Map<ViewId, String> withheld() {
        return withheld;
    }

    /** Up to where all of them are: the least offset of each partition; a partition that one does not have is left out. */
    static Map<SourcePartition, Long> least(List<Map<SourcePartition, Long>> positions) {
        if (positions.isEmpty()) {
            return Map.of();
        }
        Map<SourcePartition, Long> least = new HashMap<>(positions.getFirst());
        for (Map<SourcePartition, Long> each : positions) {
            least.keySet().retainAll(each.keySet());
            least.replaceAll((partition, offset) -> Math.min(offset, each.getOrDefault(partition, offset)));
        }
        return least;
    }
}
