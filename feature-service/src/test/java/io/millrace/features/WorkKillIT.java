package io.millrace.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.millrace.features.app.Views;
import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.kafka.TestBroker;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.offline.TestOfflineStore;
import io.millrace.proto.features.v1.Column;
import io.millrace.proto.features.v1.DeleteEntityRequest;
import io.millrace.proto.features.v1.DeletionServiceGrpc;
import io.millrace.proto.features.v1.FeatureStatus;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 of the packaged service during a materialisation, a deletion and the offline feed: each goes on, each row is there once, nothing comes back. */
class WorkKillIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int ROWS = 20_000;
    private static final int SPENDERS = 10;
    private static final int KILLS = 2;
    private static final long DELETED = 99;

    @TempDir
    Path folder;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private final String topic = "work.activity";
    private final FeatureView activity = Views.view(Views.activity("work_activity", "v1", topic));

    private static final String SPEND = """
            kind: FeatureView
            name: work_spend
            version: v1
            description: what users spent, from a table
            owner: shop@example.org
            entity:
              name: spender
              join_keys: [{name: spender_id, type: int64}]
            source:
              batch: {path: spend.csv}
              timestamp: {field: at, unit: rfc3339}
            ttl: 365d
            retention: 2d
            fields: {amount: double}
            features:
              - {name: rows_1h, type: int64, aggregate: count, window: 1h}
              - {name: spent_1h, type: double, aggregate: sum, field: amount, window: 1h}
            """;

    @Test
    void eachKindOfWorkGoesOnAfterEveryKillAndIsDoneOnce() throws IOException {
        System.out.println("kill moments of work from seed " + seed);
        TestBroker.createTopic(topic, 2);
        Files.createDirectories(folder.resolve("batch"));
        Files.writeString(folder.resolve("batch/spend.csv"), table());
        var tally = new Tally(seed);
        try (var service = new PackagedService(
                folder,
                Map.of(
                        "MILLRACE_FEATURES_MATERIALIZATION_DIRECTORY",
                        folder.resolve("batch").toString(),
                        "MILLRACE_FEATURES_OFFLINE_STORE_FLUSH_INTERVAL",
                        "100ms",
                        "MILLRACE_FEATURES_OFFLINE_STORE_COMPACTION_INTERVAL",
                        "300ms",
                        "MILLRACE_FEATURES_INGESTION_MAX_POLL_RECORDS",
                        "500"))) {
            service.awaitReady();
            service.apply(Views.activity("work_activity", "v1", topic), SPEND);
            TestBroker.produceQuickly(
                    topic,
                    1,
                    IntStream.range(0, 50)
                            .mapToObj(i -> Tally.event(DELETED, i, 30))
                            .toList());
            assertThat(status(service, DELETED)).isEqualTo(FeatureStatus.FEATURE_STATUS_PRESENT);

            String job = service.post("/v1/materializations", "{\"view\": \"work_spend\"}")
                    .path("id")
                    .asText();
            for (int kill = 0; kill < KILLS; kill++) {
                TestBroker.produceQuickly(topic, kill % 2, tally.batch(400));
                long beyond = read(service, job) + random.nextInt(ROWS / KILLS / 2);
                await().atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> read(service, job) > beyond || done(service, job));
                service.killAndStart();
                service.awaitReady();
            }
            killDuringDeletion(service);
            TestBroker.produceQuickly(topic, 0, tally.batch(400));

            String deletion = await().atMost(PATIENCE)
                    .ignoreExceptionsMatching(WorkKillIT::isUnavailable)
                    .until(() -> delete(service), id -> !id.isEmpty());
            await().atMost(PATIENCE).until(() -> done(service, job));
            await().atMost(PATIENCE).until(() -> service.get("/v1/deletions/" + deletion)
                    .filter(answer -> answer.path("state").asText().equals("done"))
                    .isPresent());
            assertMaterialisedOnce(service);
            tally.assertServedBy(service, "work_activity");
            assertFilesHaveEachEventOnce(tally);

            service.kill();
            removeOnlineStore();
            service.start();
            service.awaitReady();

            onceServed(() -> tally.assertServedBy(service, "work_activity"));
            onceServed(() -> assertMaterialisedOnce(service));
            assertThat(status(service, DELETED))
                    .as("after a rebuild from Kafka")
                    .isEqualTo(FeatureStatus.FEATURE_STATUS_NOT_FOUND);
            assertFilesHaveEachEventOnce(tally);
        }
    }

    private static String table() {
        var csv = new StringBuilder("spender_id,at,amount\n");
        for (int row = 0; row < ROWS; row++) {
            csv.append(row % SPENDERS)
                    .append(",2026-03-02T09:")
                    .append(10 + row % 40)
                    .append(":00Z,")
                    .append(row % 8 / 4.0)
                    .append('\n');
        }
        return csv.toString();
    }

    private static long read(PackagedService service, String job) {
        return service.get("/v1/materializations/" + job)
                .map(answer -> answer.path("read").asLong())
                .orElse(0L);
    }

    private static boolean done(PackagedService service, String job) {
        return service.get("/v1/materializations/" + job)
                .filter(answer -> answer.path("state").asText().equals("done"))
                .isPresent();
    }

    /** Asks for a deletion and kills the service at some moment of it. */
    private void killDuringDeletion(PackagedService service) {
        CompletableFuture<Void> asked = CompletableFuture.runAsync(() -> {
            try {
                delete(service);
            } catch (StatusRuntimeException killed) {
                // What was asked for is asked for again.
                assertThat(killed.getStatus().getCode()).isNotNull();
            }
        });
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(300)));
        service.killAndStart();
        service.awaitReady();
        asked.join();
    }

    /** While a lost state is built again reads are refused; the first answer has to be whole. */
    private static void onceServed(Runnable assertion) {
        await().atMost(PATIENCE).until(() -> {
            try {
                assertion.run();
                return true;
            } catch (StatusRuntimeException refused) {
                if (isUnavailable(refused)) {
                    return false;
                }
                throw refused;
            }
        });
    }

    /** As while the deletions are being read from Kafka after a start. */
    private static boolean isUnavailable(Throwable failure) {
        return failure instanceof StatusRuntimeException answer
                && answer.getStatus().getCode() == Status.Code.UNAVAILABLE;
    }

    private static String delete(PackagedService service) {
        return DeletionServiceGrpc.newBlockingStub(service.channel())
                .withWaitForReady()
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .deleteEntity(DeleteEntityRequest.newBuilder()
                        .setView("work_activity")
                        .putKey(
                                "user_id",
                                Value.newBuilder().setInt64Value(DELETED).build())
                        .build())
                .getDeletion()
                .getId();
    }

    private static FeatureStatus status(PackagedService service, long user) {
        GetOnlineFeaturesResponse response = service.features()
                .getOnlineFeatures(GetOnlineFeaturesRequest.newBuilder()
                        .addFeatures("work_activity:last_amount")
                        .putEntities("user_id", column(Stream.of(user)))
                        .addAsOfMicros(Tally.AS_OF)
                        .setCompleteWithinMs(30_000)
                        .build());
        assertThat(response.getComplete()).as(service.log()).isTrue();
        return response.getResults(0).getStatuses(0);
    }

    private static Column column(Stream<Long> values) {
        return Column.newBuilder()
                .addAllValues(values.map(
                                value -> Value.newBuilder().setInt64Value(value).build())
                        .toList())
                .build();
    }

    private static void assertMaterialisedOnce(PackagedService service) {
        GetOnlineFeaturesResponse response = service.features()
                .getOnlineFeatures(GetOnlineFeaturesRequest.newBuilder()
                        .addFeatures("work_spend:rows_1h")
                        .addFeatures("work_spend:spent_1h")
                        .putEntities(
                                "spender_id",
                                column(IntStream.range(0, SPENDERS).mapToObj(Long::valueOf)))
                        .addAsOfMicros(Tally.AS_OF)
                        .setCompleteWithinMs(60_000)
                        .build());
        assertThat(response.getComplete()).as(service.log()).isTrue();
        for (int spender = 0; spender < SPENDERS; spender++) {
            int of = spender;
            assertThat(response.getResults(0).getValues(spender).getInt64Value())
                    .isEqualTo(ROWS / SPENDERS);
            assertThat(response.getResults(1).getValues(spender).getDoubleValue())
                    .isEqualTo(IntStream.range(0, ROWS)
                            .filter(row -> row % SPENDERS == of)
                            .mapToDouble(row -> row % 8 / 4.0)
                            .sum());
        }
    }

    private void assertFilesHaveEachEventOnce(Tally tally) {
        OfflineStore files = TestOfflineStore.of(folder.resolve("offline"), folder.resolve("reading"));
        await().atMost(PATIENCE).untilAsserted(() -> {
            List<OfflineRow> rows = TestOfflineStore.rows(files, activity);
            assertThat(rows.stream().map(row -> row.event().position()))
                    .hasSize((int) tally.events())
                    .doesNotHaveDuplicates();
            assertThat(rows.stream().map(row -> row.event().key().values().getFirst()))
                    .doesNotContain(new FeatureValue.Int(DELETED));
            assertThat(TestOfflineStore.rows(files, Views.view(SPEND)).stream()
                            .map(row -> row.event().position()))
                    .hasSize(ROWS)
                    .doesNotHaveDuplicates();
        });
    }

    private void removeOnlineStore() throws IOException {
        try (Stream<Path> paths = Files.walk(folder.resolve("store"))) {
            paths.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
