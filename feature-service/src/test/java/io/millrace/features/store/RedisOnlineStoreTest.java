package io.millrace.features.store;

import static io.millrace.features.store.StoreEvents.NOON;
import static io.millrace.features.store.StoreEvents.P0;
import static io.millrace.features.store.StoreEvents.P1;
import static io.millrace.features.store.StoreEvents.VIEW;
import static io.millrace.features.store.StoreEvents.event;
import static io.millrace.features.store.StoreEvents.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.backing.Ports;
import io.millrace.features.app.DurableStore;
import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.OnlineStore.Query;
import io.millrace.features.app.OnlineStore.Readings;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.SourcePartition;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.embedded.RedisServer;

class RedisOnlineStoreTest extends OnlineStoreContract {
    private static Vertx vertx;
    private static RedisServer server;
    private static Redis redis;

    private final String prefix = UUID.randomUUID() + ":";

    @BeforeAll
    static void startRedis() throws IOException {
        int port = Ports.free();
        server = RedisServer.newRedisServer()
                .port(port)
                .setting("bind 127.0.0.1")
                .setting("save \"\"")
                .build();
        server.start();
        vertx = Vertx.vertx();
        redis = Redis.createClient(vertx, "redis://127.0.0.1:" + port);
    }

    @AfterAll
    static void stopRedis() throws IOException {
        redis.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        server.stop();
    }

    @Override
    protected DurableStore open() {
        return new RedisOnlineStore(redis, prefix, 1, Duration.ofSeconds(10));
    }

    private static Response send(Command command, String... arguments) {
        Request request = Request.cmd(command);
        List.of(arguments).forEach(request::arg);
        return redis.send(request).toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void replicasThatChangeTheSameRowsLoseNothing() throws Exception {
        List<FeatureEvent> events = StoreEvents.random(new Random(3), 150, NOON, StoreEvents.HOUR);
        try (OnlineStore one = open();
                OnlineStore other = open();
                OnlineStore alone = new RedisOnlineStore(redis, prefix + "alone:", 1, Duration.ofSeconds(10));
                var threads = Executors.newFixedThreadPool(2)) {
            List<Future<?>> running = new ArrayList<>();
            for (OnlineStore replica : List.of(one, other)) {
                SourcePartition mine = replica == one ? P0 : P1;
                List<FeatureEvent> partition = events.stream()
                        .filter(event -> event.position().source().equals(mine))
                        .toList();
                running.add(threads.submit(() -> {
                    for (FeatureEvent event : partition) {
                        replica.apply(VIEW, new Batch(List.of(event), next(List.of(event))));
                    }
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
            alone.apply(VIEW, new Batch(events, next(events)));
            List<Query> queries = events.stream()
                    .map(event -> new Query(event.key(), event.timeMicros()))
                    .toList();

            Readings together = one.read(VIEW, queries);
            assertThat(together).isEqualTo(alone.read(VIEW, queries));
            assertThat(together.positions()).isEqualTo(next(events));
        }
    }

    @Test
    void aBatchLargerThanOneSwapIsAppliedInParts() {
        List<FeatureEvent> events = new ArrayList<>();
        for (int i = 0; i < 1_201; i++) {
            events.add(event("e" + i % 7, NOON + i, i % 2 == 0 ? P0 : P1, i, 1.0));
        }
        try (OnlineStore store = open()) {
            var batch = new Batch(events, Map.of(P0, 2_000L, P1, 1_999L));

            assertThat(store.apply(VIEW, batch)).isEqualTo(new OnlineStore.Applied(1_201, 0, 0));
            assertThat(store.apply(VIEW, batch)).isEqualTo(new OnlineStore.Applied(0, 1_201, 0));
            assertThat(store.positions(VIEW.id())).isEqualTo(batch.next());
        }
    }

    @Test
    void afterRedisWentBackNothingIsAppliedUntilThePositionsWereAsked() {
        try (OnlineStore store = open()) {
            FeatureEvent first = event("a", NOON, P0, 0, 1.0);
            FeatureEvent second = event("a", NOON + 1, P0, 1, 2.0);
            FeatureEvent third = event("a", NOON + 2, P0, 2, 4.0);
            store.apply(VIEW, new Batch(List.of(first), next(List.of(first))));
            Map<String, byte[]> saved = dump();
            store.apply(VIEW, new Batch(List.of(second), next(List.of(second))));
            restore(saved);

            assertThatThrownBy(() -> store.apply(VIEW, new Batch(List.of(third), next(List.of(third)))))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("seek");
            assertThat(store.positions(VIEW.id())).isEqualTo(Map.of(P0, 1L));
            store.apply(VIEW, new Batch(List.of(second, third), next(List.of(third))));
            assertThat(store.read(VIEW, List.of(new Query(first.key(), NOON + 2)))
                            .rows())
                    .isEqualTo(uninterrupted(first, second, third));
        }
    }

    @Test
    void afterRedisWentBackNoRowGetsARevisionThatItHadBefore() {
        FeatureEvent first = event("a", NOON, P0, 0, 1.0);
        FeatureEvent second = event("a", NOON + 1, P0, 1, 2.0);
        FeatureEvent other = event("a", NOON + 1, P1, 0, 2.0);
        try (OnlineStore store = open();
                OnlineStore replica = open()) {
            store.apply(VIEW, new Batch(List.of(first), next(List.of(first))));
            Map<String, byte[]> saved = dump();
            store.apply(VIEW, new Batch(List.of(second), next(List.of(second))));
            String lost = revisions();
            restore(saved);

            replica.apply(VIEW, new Batch(List.of(other), next(List.of(other))));

            assertThat(revisions()).isNotEqualTo(lost);
        }
    }

    private String revisions() {
        return send(Command.HVALS, send(Command.KEYS, prefix + "*:rows").get(0).toString())
                .toString();
    }

    private List<OnlineStore.RowReading> uninterrupted(FeatureEvent... events) {
        try (var other = new RedisOnlineStore(redis, prefix + "other:", 1, Duration.ofSeconds(10))) {
            other.apply(VIEW, new Batch(List.of(events), next(List.of(events))));
            return other.read(VIEW, List.of(new Query(events[0].key(), NOON + 2)))
                    .rows();
        }
    }

    private Map<String, byte[]> dump() {
        var saved = new HashMap<String, byte[]>();
        for (Response key : send(Command.KEYS, prefix + "*")) {
            Response content = redis.send(Request.cmd(Command.DUMP).arg(key.toBytes()))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
            saved.put(HexFormat.of().formatHex(key.toBytes()), content.toBytes());
        }
        return saved;
    }

    private void restore(Map<String, byte[]> saved) {
        for (Response key : send(Command.KEYS, prefix + "*")) {
            redis.send(Request.cmd(Command.DEL).arg(key.toBytes()))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        }
        saved.forEach((key, content) -> redis.send(Request.cmd(Command.RESTORE)
                        .arg(HexFormat.of().parseHex(key))
                        .arg(0)
                        .arg(content))
                .toCompletionStage()
                .toCompletableFuture()
                .join());
    }

    @Test
    void aDroppedViewLeavesNoRowBehind() {
        List<FeatureEvent> events = StoreEvents.random(new Random(5), 100, NOON, StoreEvents.HOUR);
        try (OnlineStore store = open()) {
            store.apply(VIEW, new Batch(events, next(events)));
            assertThat(send(Command.KEYS, prefix + "*").size()).isGreaterThan(10);

            store.drop(VIEW.id());

            assertThat(send(Command.KEYS, prefix + "*").size()).isEqualTo(2);
        }
    }

    @Test
    void redisThatIsNotThereIsUnavailable() {
        Redis nowhere = Redis.createClient(vertx, "redis://127.0.0.1:" + Ports.free());
        try (var store = new RedisOnlineStore(nowhere, prefix, 1, Duration.ofSeconds(2))) {
            assertThatThrownBy(() -> store.positions(VIEW.id())).isInstanceOf(StoreUnavailableException.class);
            assertThatThrownBy(() -> store.read(VIEW, List.of())).isInstanceOf(StoreUnavailableException.class);
        } finally {
            nowhere.close();
        }
    }
}
