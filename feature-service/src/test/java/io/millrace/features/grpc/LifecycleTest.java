package io.millrace.features.grpc;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.millrace.features.RealBroker;
import io.millrace.features.app.Views;
import io.millrace.features.kafka.TestBroker;
import io.millrace.proto.features.v1.FeatureServiceGrpc;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.PushFeaturesRequest;
import io.millrace.proto.features.v1.RetireFeatureViewRequest;
import io.millrace.proto.features.v1.Value;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Views that come, wait, are pushed to and go; and what operators see of it. */
@QuarkusTest
@QuarkusTestResource(RealBroker.class)
class LifecycleTest extends ServiceUnderTest {
    @Test
    void aTopicThatIsNotThereIsSaidAndAppliedOnceItComes() {
        apply(Views.activity(name, "v1", topic));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(readiness()).contains(name + "@v1", "WAITING_FOR_TOPIC"));
        assertThat(features.getOnlineFeatures(GetOnlineFeaturesRequest.newBuilder()
                                .addFeatures(name + ":events_1h")
                                .putEntities("user_id", users(1))
                                .setCompleteWithinMs(100)
                                .build())
                        .getComplete())
                .isFalse();
        assertThat(summary(name, "v1").getLag()).isEqualTo(-1);

        TestBroker.createTopic(topic, 1);
        TestBroker.produce(topic, 0, event(1, "2026-03-02T09:10:00Z", 10.0, "click"));

        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(summary(name, "v1").getApplied()).isEqualTo(1));
        assertThat(values(read("2026-03-02T09:30:00Z", 1, name + ":events_1h"))).containsExactly(number(1));
        assertThat(summary(name, "v1").getLag()).isZero();
    }

    @Test
    void pushedRowsAreReadableAndARepeatedPushCountsOnce() {
        apply(Views.profile(name));
        var push = PushFeaturesRequest.newBuilder()
                .setView(name)
                .putColumns("user_id", users(1, 2))
                .putColumns("age", users(31, 44))
                .addEventTimeMicros(micros("2026-03-02T09:00:00Z"))
                .addEventTimeMicros(micros("2026-03-02T09:00:00Z"))
                .setPushId("push-" + suffix)
                .build();
        assertThat(features.pushFeatures(push).getRows()).isEqualTo(2);
        assertThat(features.pushFeatures(push).getRows()).isEqualTo(2);
        given().contentType(ContentType.JSON)
                .body(Map.of(
                        "view", name + "@v1",
                        "columns", Map.of("user_id", List.of("1"), "city", List.of("Oslo")),
                        "event_timestamps", List.of("2026-03-02T09:05:00Z")))
                .post("/v1/push")
                .then()
                .statusCode(200)
                .body(org.hamcrest.Matchers.equalTo("{\"rows\":1}"));

        GetOnlineFeaturesResponse response =
                read("2026-03-02T09:30:00Z", 1, name + ":age", name + ":city", name + ":pushes_1h");

        assertThat(response.getComplete()).isTrue();
        assertThat(values(response))
                .containsExactly(
                        Value.getDefaultInstance(),
                        Value.newBuilder().setStringValue("Oslo").build(),
                        number(2));
        assertThat(values(read("2026-03-02T09:30:00Z", 2, name + ":age", name + ":pushes_1h")))
                .containsExactly(number(44), number(1));
        assertThatThrownBy(() ->
                        features.pushFeatures(push.toBuilder().setView("none").build()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
    }

    @Test
    void theCallersDeadlineBoundsTheWait() {
        apply(Views.activity(name, "v1", topic));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(readiness()).contains(name + "@v1"));

        GetOnlineFeaturesResponse response = FeatureServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(2, TimeUnit.SECONDS)
                .getOnlineFeatures(GetOnlineFeaturesRequest.newBuilder()
                        .addFeatures(name + ":events_1h")
                        .putEntities("user_id", users(1))
                        .setCompleteWithinMs(60_000)
                        .build());

        assertThat(response.getComplete()).isFalse();
    }

    @Test
    void aRetiredVersionIsGoneAndMayBeAppliedAgainFromTheStart() {
        TestBroker.createTopic(topic, 1);
        apply(Views.activity(name, "v1", topic));
        TestBroker.produce(topic, 0, event(1, "2026-03-02T09:10:00Z", 1.0, "click"));
        assertThat(values(read("2026-03-02T09:30:00Z", 1, name + ":events_1h"))).containsExactly(number(1));
        var retire = RetireFeatureViewRequest.newBuilder()
                .setName(name)
                .setVersion("v1")
                .build();

        assertThat(features.retireFeatureView(retire)).isNotNull();

        assertThatThrownBy(() -> read("2026-03-02T09:30:00Z", 1, name + ":events_1h"))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
        assertThatThrownBy(() -> features.retireFeatureView(retire))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
        apply(Views.activity(name, "v1", topic));
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(summary(name, "v1").getApplied()).isEqualTo(1));
        assertThat(values(read("2026-03-02T09:30:00Z", 1, name + ":events_1h"))).containsExactly(number(1));
    }

    @Test
    void restAppliesListsAndRetires() {
        given().multiPart(
                        "file", "views.yaml", Views.activity(name, "v1", topic).getBytes(StandardCharsets.UTF_8))
                .queryParam("dry_run", true)
                .post("/v1/feature-views")
                .then()
                .statusCode(200)
                .body("outcomes[0].change", org.hamcrest.Matchers.equalTo("created"));
        given().get("/v1/feature-views/{name}/versions/v1", name).then().statusCode(404);
        given().multiPart(
                        "file", "views.yaml", Views.activity(name, "v1", topic).getBytes(StandardCharsets.UTF_8))
                .post("/v1/feature-views")
                .then()
                .statusCode(200);
        given().get("/v1/feature-views/{name}/versions/v1", name)
                .then()
                .statusCode(200)
                .body("source_topic", org.hamcrest.Matchers.equalTo(topic))
                .body("join_keys[0]", org.hamcrest.Matchers.equalTo("user_id"));
        given().contentType(ContentType.JSON)
                .body(Map.of("files", List.of(Map.of("path", "x.yaml", "content", "kind: FeatureView\nname: X\n"))))
                .post("/v1/feature-views")
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("reason", org.hamcrest.Matchers.equalTo("INVALID_DEFINITION"))
                .body("errors.where", org.hamcrest.Matchers.hasItem(org.hamcrest.Matchers.startsWith("x.yaml:")));
        given().delete("/v1/feature-views/{name}/versions/v1", name).then().statusCode(204);
        given().get("/v1/feature-views").then().statusCode(200);
        given().delete("/v1/feature-views/{name}/versions/v1", name).then().statusCode(404);
    }

    @Test
    void metricsAreThereAndLivenessDependsOnNothing() {
        String metrics = given().port(managementPortInUse()).get("/q/metrics").asString();

        assertThat(metrics)
                .contains(
                        "millrace_features_ingestion_applied_total",
                        "millrace_features_ingestion_lag_max",
                        "millrace_features_ingestion_views{",
                        "millrace_features_read_duration_seconds_count",
                        "millrace_features_read_waiting")
                .containsPattern("\nmillrace_features_store_file_bytes[^\n]* [0-9.E]+\n");
        assertThat(given().port(managementPortInUse())
                        .get("/q/health/live")
                        .asString()
                        .replaceAll("\\s", ""))
                .isEqualTo("{\"status\":\"UP\",\"checks\":[]}");
        assertThat(readiness()).contains("\"UP\"", "\"definitions\": \"current\"");
    }
}
