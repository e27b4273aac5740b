package io.millrace.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.StatusRuntimeException;
import io.millrace.features.app.Views;
import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.kafka.TestBroker;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.offline.TestOfflineStore;
import io.millrace.proto.features.v1.Column;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three packaged replicas share one Redis, one group and one folder of files; one is killed with kill -9 while events come. */
class ReplicaKillIT {
    private static final String TOPIC = "replicated.activity";
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    private final FeatureView view = Views.view(Views.activity("replicated_activity", "v1", TOPIC));

    @Test
    void theOthersTakeOverEachEventCountsOnceAndTheirReadsNeverFail() {
        long seed = new Random().nextLong();
        System.out.println("events and kill of a replica from seed " + seed);
        var tally = new Tally(seed);
        TestBroker.createTopic(TOPIC, 3);
        var over = new AtomicBoolean();
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        try (RedisNode redis = RedisNode.alone(folder);
                var first = replica(redis, 0);
                var second = replica(redis, 1);
                var third = replica(redis, 2)) {
            List.of(first, second, third).forEach(PackagedService::awaitReady);
            first.apply(Views.activity("replicated_activity", "v1", TOPIC));
            Thread producer = Thread.startVirtualThread(() -> {
                for (int batch = 0; !over.get(); batch++) {
                    TestBroker.produceQuickly(TOPIC, batch % 3, tally.batch(30));
                }
            });
            List.of(first, second).forEach(this::awaitServed);
            Thread reader = Thread.startVirtualThread(() -> readUntil(over, List.of(first, second), failures));

            awaitMore(300);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(new Random(seed).nextInt(500)));
            third.kill();
            awaitMore(300);
            over.set(true);
            await().atMost(PATIENCE).until(() -> !producer.isAlive() && !reader.isAlive());

            tally.assertServedBy(second, "replicated_activity");
            assertThat(failures).isEmpty();
            var files = TestOfflineStore.of(folder.resolve("files"), folder.resolve("reading"));
            await().atMost(PATIENCE).untilAsserted(() -> {
                List<OfflineRow> rows = TestOfflineStore.rows(files, view);
                assertThat(rows.stream().map(row -> row.event().position()))
                        .hasSize((int) tally.events())
                        .doesNotHaveDuplicates();
            });
            assertThat(TestBroker.records(TOPIC + ".dlq").stream()
                            .map(record -> TestBroker.header(record, "millrace.source-partition") + ":"
                                    + TestBroker.header(record, "millrace.source-offset")))
                    .hasSize(tally.poison())
                    .doesNotHaveDuplicates();
        }
    }

    private PackagedService replica(RedisNode redis, int number) {
        return new PackagedService(
                folder.resolve("replica-" + number),
                Map.of(
                        "MILLRACE_FEATURES_ONLINE_STORE_KIND",
                        "redis",
                        "QUARKUS_REDIS_HOSTS",
                        redis.url(),
                        "MILLRACE_FEATURES_OFFLINE_STORE_DIRECTORY",
                        folder.resolve("files").toString(),
                        "MILLRACE_FEATURES_OFFLINE_STORE_FLUSH_INTERVAL",
                        "200ms"));
    }

    private void awaitServed(PackagedService service) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> service.features().getOnlineFeatures(request()).getResultsCount() == 2);
    }

    private static void readUntil(AtomicBoolean over, List<PackagedService> replicas, Queue<String> failures) {
        while (!over.get()) {
            for (PackagedService replica : replicas) {
                try {
                    replica.features().getOnlineFeatures(request());
                } catch (StatusRuntimeException e) {
                    failures.add(e.getStatus().toString());
                }
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private static GetOnlineFeaturesRequest request() {
        var users = Column.newBuilder();
        IntStream.range(0, Tally.USERS)
                .forEach(user -> users.addValues(Value.newBuilder().setInt64Value(user)));
        return GetOnlineFeaturesRequest.newBuilder()
                .addFeatures("replicated_activity:events_1h")
                .addFeatures("replicated_activity:last_amount")
                .putEntities("user_id", users.build())
                .build();
    }

    private static void awaitMore(long records) {
        long before = TestBroker.size(TOPIC);
        await().atMost(PATIENCE).until(() -> TestBroker.size(TOPIC) > before + records);
    }
}
