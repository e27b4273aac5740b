package io.millrace.features.grpc;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.millrace.proto.features.v1.ApplyFeatureViewsRequest;
import io.millrace.proto.features.v1.Column;
import io.millrace.proto.features.v1.DefinitionFile;
import io.millrace.proto.features.v1.DefinitionOutcome;
import io.millrace.proto.features.v1.FeatureServiceGrpc;
import io.millrace.proto.features.v1.FeatureServiceGrpc.FeatureServiceBlockingStub;
import io.millrace.proto.features.v1.FeatureStatus;
import io.millrace.proto.features.v1.FeatureViewSummary;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.ListFeatureViewsRequest;
import io.millrace.proto.features.v1.Value;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The running service with a real broker and RocksDB, and a view and topic of each test's own. */
abstract class ServiceUnderTest {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    @ConfigProperty(name = "quarkus.grpc.server.test-port")
    int port;

    final String suffix = UUID.randomUUID().toString().substring(0, 8).replace('-', '_');
    final String name = "activity_" + suffix;
    final String topic = "activity." + suffix;
    ManagedChannel channel;
    FeatureServiceBlockingStub features;

    @BeforeEach
    void connect() {
        channel = ManagedChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .build();
        features = FeatureServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
    }

    @BeforeEach
    void awaitReady() {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(readiness()).contains("\"definitions\": \"current\""));
    }

    @AfterEach
    void disconnect() {
        channel.shutdownNow();
    }

    List<DefinitionOutcome> apply(String... yaml) {
        var request = ApplyFeatureViewsRequest.newBuilder();
        for (String content : yaml) {
            request.addFiles(DefinitionFile.newBuilder().setPath("views.yaml").setContent(content));
        }
        return features.applyFeatureViews(request.build()).getOutcomesList();
    }

    static Value number(long value) {
        return Value.newBuilder().setInt64Value(value).build();
    }

    static Value real(double value) {
        return Value.newBuilder().setDoubleValue(value).build();
    }

    static Column users(long... users) {
        var column = Column.newBuilder();
        for (long user : users) {
            column.addValues(number(user));
        }
        return column.build();
    }

    static long micros(String instant) {
        return Instant.parse(instant).getEpochSecond() * 1_000_000;
    }

    GetOnlineFeaturesResponse read(String asOf, long user, String... references) {
        return features.getOnlineFeatures(GetOnlineFeaturesRequest.newBuilder()
                .addAllFeatures(List.of(references))
                .putEntities("user_id", users(user))
                .addAsOfMicros(micros(asOf))
                .setCompleteWithinMs(20_000)
                .build());
    }

    static List<Value> values(GetOnlineFeaturesResponse response) {
        return response.getResultsList().stream()
                .map(column -> column.getValues(0))
                .toList();
    }

    static List<FeatureStatus> statuses(GetOnlineFeaturesResponse response) {
        return response.getResultsList().stream()
                .map(column -> column.getStatuses(0))
                .toList();
    }

    static String event(long user, String at, double amount, String kind) {
        return "{\"user\":" + user + ",\"at\":\"" + at + "\",\"amount\":" + amount + ",\"kind\":\"" + kind + "\"}";
    }

    FeatureViewSummary summary(String view, String version) {
        return features.listFeatureViews(ListFeatureViewsRequest.getDefaultInstance()).getViewsList().stream()
                .filter(summary ->
                        summary.getName().equals(view) && summary.getVersion().equals(version))
                .findFirst()
                .orElseThrow();
    }

    String[] allFeatures(String view) {
        return new String[] {
            view + ":last_amount", view + ":events_1h", view + ":amount_mean_1h", view + ":click_rate_1h"
        };
    }

    String readiness() {
        return given().port(managementPortInUse()).get("/q/health/ready").asString();
    }

    int managementPortInUse() {
        return org.eclipse.microprofile.config.ConfigProvider.getConfig()
                .getValue("quarkus.management.port", int.class);
    }
}
