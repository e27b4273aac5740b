package io.millrace.features.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.features.RedisNode;
import io.millrace.features.app.DurableStore;
import io.millrace.features.app.IngestionReport;
import io.millrace.features.app.Views;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.store.RedisOnlineStore;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas that share one Redis and one consumer group: they come and go, masters die, one key is hot; each event counts once. */
class SharedRedisTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int PARTITIONS = 4;
    private static final int HOT = 9_000;
    private static final long COLD = 300;

    @TempDir
    Path folder;

    private final long seed = new Random().nextLong();
    private final String topic = "shared-" + UUID.randomUUID();
    private final FeatureView view = Views.view(Views.activity("v" + Math.abs(topic.hashCode()), "v1", topic));
    private final Recount recount = new Recount(seed);
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final Vertx vertx = Vertx.vertx();

    @BeforeEach
    void makeTopic() {
        System.out.println("events of seed " + seed);
        TestBroker.createTopic(topic, PARTITIONS);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private <T extends AutoCloseable> T closing(T what) {
        opened.add(what);
        return what;
    }

    private DurableStore store(List<RedisNode> nodes, int buckets) {
        var options = new RedisOptions()
                .setType(nodes.size() > 1 ? RedisClientType.CLUSTER : RedisClientType.STANDALONE)
                .setProtocolNegotiation(false)
                .setHashSlotCacheTTL(200);
        nodes.forEach(node -> options.addConnectionString(node.url()));
        Redis client = Redis.createClient(vertx, options);
        closing(client::close);
        return closing(new RedisOnlineStore(client, "test:", buckets, Duration.ofSeconds(5)));
    }

    private Replica replica(DurableStore store) {
        return closing(new Replica(store, true, TestBroker.bootstrap(), view));
    }

    private void produce(int each) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            TestBroker.produceQuickly(topic, partition, recount.batch(each, true));
        }
    }

    private void awaitRecount(DurableStore store) {
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> recount.assertEquals(store, view));
    }

    @Test
    void replicasThatComeAndGoWhileEventsComeApplyEachOnce() {
        RedisNode node = closing(RedisNode.alone(folder));
        DurableStore store = store(List.of(node), 1);
        var over = new AtomicBoolean();
        Thread producer = Thread.ofVirtual().start(() -> {
            while (!over.get()) {
                produce(25);
            }
        });
        Replica first = replica(store(List.of(node), 1));
        awaitProgress(store, 1);
        Replica second = replica(store(List.of(node), 1));
        Replica third = replica(store(List.of(node), 1));
        awaitProgress(store, 400);
        first.close();
        awaitProgress(store, 400);
        third.close();
        awaitProgress(store, 400);
        over.set(true);
        await().atMost(PATIENCE).until(() -> !producer.isAlive());

        awaitRecount(store);

        assertThat(second.ingestions.refusal()).isEmpty();
        assertThat(TestBroker.records(topic + ".dlq").stream()
                        .map(record -> TestBroker.header(record, "millrace.source-partition") + ":"
                                + TestBroker.header(record, "millrace.source-offset")))
                .hasSize((int) recount.poison())
                .doesNotHaveDuplicates();
    }

    @Test
    void eachReplicaSaysHowFarTheWholeTopicIsApplied() {
        RedisNode node = closing(RedisNode.alone(folder));
        DurableStore store = store(List.of(node), 1);
        produce(20);
        List<Replica> replicas = List.of(replica(store(List.of(node), 1)), replica(store(List.of(node), 1)));

        awaitRecount(store);

        assertThat(replicas).allSatisfy(replica -> await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(replica.ingestions.reports().get(view.id()))
                        .extracting(IngestionReport::lag)
                        .isEqualTo(0L)));
    }

    /** Waits until so many records more have been applied. */
    private void awaitProgress(DurableStore store, long more) {
        long before = applied(store);
        await().atMost(PATIENCE).ignoreExceptions().until(() -> applied(store) >= before + more);
    }

    private Map<Integer, Long> appliedByPartition(DurableStore store) {
        return store.read(view, List.of()).positions().entrySet().stream()
                .collect(Collectors.toMap(of -> of.getKey().partition(), Map.Entry::getValue));
    }

    private long applied(DurableStore store) {
        return store.read(view, List.of()).positions().values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    @Test
    void aMasterThatDiesWithWhatItHadNotGivenOnLosesNothing() {
        List<RedisNode> nodes = RedisNode.cluster(folder, 3, 1);
        nodes.forEach(this::closing);
        DurableStore store = store(nodes, 8);
        replica(store(nodes, 8));
        replica(store(nodes, 8));
        produce(100);
        awaitRecount(store);
        RedisNode master = nodes.getFirst();
        RedisNode heir = nodes.get(3);
        master.send(Command.CONFIG, "SET", "maxclients", "1");
        master.send(Command.CLIENT, "KILL", "TYPE", "replica");
        produce(100);
        awaitRecount(store);
        assertThat(offset(heir, "slave_repl_offset"))
                .as("what the heir lacks")
                .isLessThan(offset(master, "master_repl_offset"));
        master.kill();

        heir.await("ROLE", "master");
        awaitRecount(store);
        produce(50);

        awaitRecount(store);
    }

    private static long offset(RedisNode node, String field) {
        return node.send(Command.INFO, "replication")
                .toString()
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .mapToLong(line -> Long.parseLong(line.substring(field.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aHotKeyLeavesTheOtherPartitionsAlone() {
        RedisNode node = closing(RedisNode.alone(folder));
        DurableStore store = store(List.of(node), 1);
        var hot = new ArrayList<String>();
        for (int i = 0; i < HOT; i++) {
            hot.add(recount.event(0));
        }
        TestBroker.produceQuickly(topic, 0, hot);
        for (int partition = 1; partition < PARTITIONS; partition++) {
            TestBroker.produceQuickly(topic, partition, recount.batch((int) COLD, false));
        }
        closing(new Replica(
                store(List.of(node), 1),
                Map.of(
                        "online-store.kind",
                        "redis",
                        "ingestion.max-poll-records",
                        "200",
                        "ingestion.max-partition-fetch",
                        "64K"),
                TestBroker.bootstrap(),
                view));

        Map<Integer, Long> applied = await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .ignoreExceptions()
                .until(() -> appliedByPartition(store), positions -> IntStream.range(1, PARTITIONS)
                        .allMatch(partition -> positions.getOrDefault(partition, 0L) == COLD));
        assertThat(HOT - applied.getOrDefault(0, 0L))
                .as("lag of the hot partition once all others have none")
                .isPositive();
        awaitRecount(store);

        long largest = largestValue(node);
        assertThat(largest).as("bytes of the largest member of any key").isLessThan(2_000);
    }

    /** Bytes of the largest single value in Redis: what would have to be rewritten for an event. */
    private static long largestValue(RedisNode node) {
        return node.send(Command.EVAL, """
                        local largest = 0
                        for _, key in ipairs(redis.call('KEYS', '*')) do
                          if redis.call('TYPE', key).ok == 'zset' then
                            for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do largest = math.max(largest, #member) end
                          end
                        end
                        return largest
                        """, "0").toLong();
    }
}
