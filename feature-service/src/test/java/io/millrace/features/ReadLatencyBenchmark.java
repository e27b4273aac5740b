package io.millrace.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.features.app.Views;
import io.millrace.features.kafka.TestBroker;
import io.millrace.proto.features.v1.ApplyFeatureViewsRequest;
import io.millrace.proto.features.v1.Column;
import io.millrace.proto.features.v1.DefinitionFile;
import io.millrace.proto.features.v1.FeatureServiceGrpc.FeatureServiceBlockingStub;
import io.millrace.proto.features.v1.FeatureStatus;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Latency of online reads of the packaged service over gRPC on loopback, one caller. No part of the tests:
 * {@code mvn -pl feature-service package -DskipTests && mvn -pl feature-service surefire:test -Dtest=ReadLatencyBenchmark}.
 */
class ReadLatencyBenchmark {
    private static final int USERS = 1_000;
    private static final int EVENTS_EACH = 20;
    private static final int WARM_UP = 5_000;
    private static final int READS = 10_000;

    @TempDir
    Path folder;

    @Test
    void printsLatencies() {
        String topic = "latency.activity";
        TestBroker.createTopic(topic, 1);
        TestBroker.produceQuickly(
                topic,
                IntStream.range(0, USERS * EVENTS_EACH)
                        .mapToObj(i -> "{\"user\":" + i % USERS + ",\"at\":\"2026-03-02T09:" + (10 + i / USERS)
                                + ":00Z\",\"kind\":\"click\",\"amount\":" + i + ".5}")
                        .toList());
        try (var service = new PackagedService(folder)) {
            service.awaitReady();
            service.features()
                    .applyFeatureViews(ApplyFeatureViewsRequest.newBuilder()
                            .addFiles(DefinitionFile.newBuilder()
                                    .setPath("latency.yaml")
                                    .setContent(Views.activity("latency", "v1", topic)))
                            .build());
            await().atMost(Duration.ofSeconds(60)).until(() -> service.features()
                    .getOnlineFeatures(request(1, new Random(1), 10_000))
                    .getComplete());
            measure(service, "1 entity x 4 features", 1, READS, 0);
            measure(service, "100 entities x 4 features", 100, READS / 5, 0);
            measure(service, "1 entity x 4 features, complete", 1, READS / 5, 5_000);
        }
    }

    private static void measure(PackagedService service, String what, int entities, int reads, int completeMs) {
        var random = new Random(7);
        FeatureServiceBlockingStub features = service.features();
        long[] nanos = new long[reads];
        for (int i = -WARM_UP * reads / READS; i < reads; i++) {
            GetOnlineFeaturesRequest request = request(entities, random, completeMs);
            long start = System.nanoTime();
            GetOnlineFeaturesResponse response = features.getOnlineFeatures(request);
            long took = System.nanoTime() - start;
            assertThat(response.getResults(1).getStatuses(0)).isEqualTo(FeatureStatus.FEATURE_STATUS_PRESENT);
            assertThat(response.getComplete()).isEqualTo(completeMs > 0);
            if (i >= 0) {
                nanos[i] = took;
            }
        }
        Arrays.sort(nanos);
        System.out.printf(
                "LATENCY %s: p50 %d us, p99 %d us%n", what, nanos[reads / 2] / 1_000, nanos[reads * 99 / 100] / 1_000);
    }

    private static GetOnlineFeaturesRequest request(int entities, Random random, int completeMs) {
        var users = Column.newBuilder();
        for (int i = 0; i < entities; i++) {
            users.addValues(Value.newBuilder().setInt64Value(random.nextInt(USERS)));
        }
        return GetOnlineFeaturesRequest.newBuilder()
                .addFeatures("latency:last_amount")
                .addFeatures("latency:events_1h")
                .addFeatures("latency:amount_mean_1h")
                .addFeatures("latency:click_rate_1h")
                .putEntities("user_id", users.build())
                .addAsOfMicros(Instant.parse("2026-03-02T09:40:00Z").getEpochSecond() * 1_000_000)
                .setCompleteWithinMs(completeMs)
                .build();
    }
}
