package io.millrace.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.features.app.Views;
import io.millrace.features.kafka.TestBroker;
import io.millrace.proto.features.v1.ApplyFeatureViewsRequest;
import io.millrace.proto.features.v1.Column;
import io.millrace.proto.features.v1.DefinitionFile;
import io.millrace.proto.features.v1.FeatureServiceGrpc.FeatureServiceBlockingStub;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 of the packaged service while it applies events: afterwards the features are those of a recount, and each dead letter is there once. */
class KillIT {
    private static final int EVENTS = 6_000;
    private static final int USERS = 7;
    private static final int KILLS = 3;

    @TempDir
    Path folder;

    @Test
    void killsChangeNeitherFeaturesNorDeadLetters() {
        String topic = "kill.activity";
        long seed = new Random().nextLong();
        System.out.println("events and kills from seed " + seed);
        var random = new Random(seed);
        long[] counts = new long[USERS];
        double[] sums = new double[USERS];
        List<List<String>> batches = new ArrayList<>();
        int poison = 0;
        for (int partition = 0; partition < 3; partition++) {
            var batch = new ArrayList<String>();
            for (int i = 0; i < EVENTS / 3; i++) {
                int user = random.nextInt(USERS);
                double amount = random.nextInt(1_000) / 4.0;
                if (random.nextInt(100) == 0) {
                    batch.add("{poison " + i);
                    poison++;
                } else {
                    batch.add("{\"user\":" + user + ",\"at\":\"2026-03-02T09:" + (10 + random.nextInt(40))
                            + ":00Z\",\"kind\":\"click\",\"amount\":" + amount + "}");
                    counts[user]++;
                    sums[user] += amount;
                }
            }
            batches.add(batch);
        }
        TestBroker.createTopic(topic, 3);
        try (var service = new PackagedService(folder)) {
            service.awaitReady();
            FeatureServiceBlockingStub features = service.features();
            features.applyFeatureViews(ApplyFeatureViewsRequest.newBuilder()
                    .addFiles(DefinitionFile.newBuilder()
                            .setPath("kill.yaml")
                            .setContent(Views.activity("kill_activity", "v1", topic)))
                    .build());
            for (int partition = 0; partition < 3; partition++) {
                int to = partition;
                Thread.ofVirtual()
                        .start(() ->
                                TestBroker.produce(topic, to, batches.get(to).toArray(String[]::new)));
                if (partition < KILLS) {
                    long beyond = TestBroker.size(topic) + random.nextInt(300);
                    await().atMost(Duration.ofSeconds(60)).until(() -> TestBroker.size(topic) > beyond);
                    service.killAndStart();
                    service.awaitReady();
                }
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> TestBroker.size(topic) == EVENTS);

            GetOnlineFeaturesResponse response = completeRead(service);

            for (int user = 0; user < USERS; user++) {
                assertThat(response.getResults(0).getValues(user).getInt64Value())
                        .isEqualTo(counts[user]);
                assertThat(response.getResults(1).getValues(user).getDoubleValue())
                        .isEqualTo(sums[user] / counts[user]);
            }
            assertThat(TestBroker.records(topic + ".dlq").stream()
                            .map(record -> TestBroker.header(record, "millrace.source-partition") + ":"
                                    + TestBroker.header(record, "millrace.source-offset")))
                    .hasSize(poison)
                    .doesNotHaveDuplicates();
        }
    }

    private static GetOnlineFeaturesResponse completeRead(PackagedService service) {
        var users = Column.newBuilder();
        for (int user = 0; user < USERS; user++) {
            users.addValues(Value.newBuilder().setInt64Value(user));
        }
        var request = GetOnlineFeaturesRequest.newBuilder()
                .addFeatures("kill_activity:events_1h")
                .addFeatures("kill_activity:amount_mean_1h")
                .putEntities("user_id", users.build())
                .addAsOfMicros(Instant.parse("2026-03-02T10:00:00Z").getEpochSecond() * 1_000_000)
                .setCompleteWithinMs(30_000)
                .build();
        GetOnlineFeaturesResponse response = service.features().getOnlineFeatures(request);
        assertThat(response.getComplete()).as(service.log()).isTrue();
        return response;
    }
}
