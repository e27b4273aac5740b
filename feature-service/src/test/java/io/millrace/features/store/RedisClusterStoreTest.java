package io.millrace.features.store;

import static io.millrace.features.store.StoreEvents.NOON;
import static io.millrace.features.store.StoreEvents.P0;
import static io.millrace.features.store.StoreEvents.VIEW;
import static io.millrace.features.store.StoreEvents.event;
import static io.millrace.features.store.StoreEvents.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.RedisNode;
import io.millrace.features.app.DurableStore;
import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.OnlineStore.Query;
import io.millrace.features.kernel.FeatureEvent;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a cluster of three masters. */
class RedisClusterStoreTest extends OnlineStoreContract {
    @TempDir
    static Path folder;

    private static Vertx vertx;
    private static List<RedisNode> nodes;
    private static Redis redis;

    private final String prefix = UUID.randomUUID() + ":";

    @BeforeAll
    static void startCluster() {
        nodes = RedisNode.cluster(folder, 3, 0);
        vertx = Vertx.vertx();
        var options = new RedisOptions().setType(RedisClientType.CLUSTER);
        nodes.forEach(node -> options.addConnectionString(node.url()));
        redis = Redis.createClient(vertx, options);
    }

    @AfterAll
    static void stopCluster() {
        redis.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        nodes.forEach(RedisNode::close);
    }

    @Override
    protected DurableStore open() {
        return new RedisOnlineStore(redis, prefix, 7, Duration.ofSeconds(10));
    }

    @Test
    void aViewUsesAllShardsAndARowOne() {
        List<FeatureEvent> events = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            events.add(event("e" + i, NOON + i, P0, i, 1.0));
        }
        try (DurableStore store = open()) {
            store.apply(VIEW, new Batch(events, next(events)));

            assertThat(nodes).allSatisfy(node -> assertThat(
                            node.send(Command.KEYS, prefix + "*:rows").size())
                    .isPositive());
            assertThat(store.read(VIEW, List.of(new Query(events.get(7).key(), NOON + 60)))
                            .positions())
                    .isEqualTo(next(events));
        }
    }

    @Test
    void theNumberOfBucketsThatWasWrittenDownFirstHoldsForAll() {
        FeatureEvent one = event("a", NOON, P0, 0, 1.0);
        try (DurableStore first = open();
                DurableStore second = new RedisOnlineStore(redis, prefix, 64, Duration.ofSeconds(10))) {
            first.apply(VIEW, new Batch(List.of(one), next(List.of(one))));

            assertThat(second.positions(VIEW.id())).isEqualTo(next(List.of(one)));
            assertThat(second.read(VIEW, List.of(new Query(one.key(), NOON))))
                    .isEqualTo(first.read(VIEW, List.of(new Query(one.key(), NOON))));
        }
    }
}
