package io.millrace.features.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.features.RealBroker;
import io.millrace.features.kafka.TestBroker;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Feast's HTTP interface, byte for byte as docs/formats of Feast 0.66 describe it. */
@QuarkusTest
@QuarkusTestResource(RealBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FeastWireTest extends FeastServerUnderTest {
    private static final String TOPIC = "feast.activity";
    private static final String VIEW = "driver_stats";
    private static final String AT = "2026-03-02T09:00:00.250Z";

    private boolean applied;

    @BeforeAll
    void produce() {
        TestBroker.createTopic(TOPIC, 2);
        TestBroker.produce(
                TOPIC, 0, "{\"driver\": 1001, \"at\": \"" + AT + "\", \"rate\": 0.5, \"trips\": 9007199254740993}");
        TestBroker.produce(
                TOPIC, 1, "{\"driver\": 1002, \"at\": \"2026-02-01T00:00:00Z\", \"rate\": null, \"trips\": 7}");
    }

    @BeforeEach
    void define() {
        if (applied) {
            return;
        }
        String yaml = """
                kind: FeatureView
                name: %s
                version: v1
                description: how a driver does
                owner: ops@example.org
                entity:
                  name: driver
                  join_keys:
                    - {name: driver_id, type: int64, field: driver}
                source:
                  topic: %s
                  format: json
                  timestamp: {field: at, unit: rfc3339}
                ttl: 36500d
                retention: 400d
                fields: {rate: double, trips: int64}
                features:
                  - {name: conv_rate, type: double, field: rate}
                  - {name: trips, type: int64, field: trips}
                """.formatted(VIEW, TOPIC);
        apply(yaml);
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(post(
                                "{\"entities\":{\"driver_id\":[1001]},\"features\":[\"driver_stats:trips\"],\"complete_within_ms\":5000}",
                                "application/json")
                        .body())
                .contains("\"complete\":true"));
        applied = true;
    }

    private HttpResponse<String> post(String body, String contentType) {
        return post("/get-online-features", body, contentType);
    }

    @Test
    void aReadIsAnsweredByteForByteUnderAnyContentType() {
        String request = "{\"features\":[\"driver_stats:conv_rate\",\"driver_stats:trips\"],"
                + "\"entities\":{\"driver_id\":[\"1001\",1002,1003],\"unrelated\":[1,2,3]}}";
        String answer = "{\"results\":["
                + "{\"values\":[1001,1002,1003],\"statuses\":[\"PRESENT\",\"PRESENT\",\"PRESENT\"],"
                + "\"event_timestamps\":[\"1970-01-01T00:00:00Z\",\"1970-01-01T00:00:00Z\",\"1970-01-01T00:00:00Z\"]},"
                + "{\"values\":[0.5,null,null],\"statuses\":[\"PRESENT\",\"PRESENT\",\"NOT_FOUND\"],"
                + "\"event_timestamps\":[\"2026-03-02T09:00:00.250Z\",\"2026-02-01T00:00:00Z\",\"1970-01-01T00:00:00Z\"]},"
                + "{\"values\":[9007199254740993,7,null],\"statuses\":[\"PRESENT\",\"PRESENT\",\"NOT_FOUND\"],"
                + "\"event_timestamps\":[\"2026-03-02T09:00:00.250Z\",\"2026-02-01T00:00:00Z\",\"1970-01-01T00:00:00Z\"]}],"
                + "\"metadata\":{\"feature_names\":[\"driver_id\",\"conv_rate\",\"trips\"]}}";

        for (String contentType :
                List.of("application/json", "", "application/x-www-form-urlencoded", "text/plain;charset=utf-8")) {
            HttpResponse<String> response = post(request, contentType);

            assertThat(response.statusCode()).as(contentType).isEqualTo(200);
            assertThat(response.body()).as(contentType).isEqualTo(answer);
            assertThat(response.headers().firstValue("Content-Type").orElseThrow())
                    .startsWith("application/json");
        }
    }

    @Test
    void fullFeatureNamesNameTheViewAndTheVersionWhereOneIsAskedFor() {
        HttpResponse<String> response = post(
                "{\"features\":[\"driver_stats:trips\",\"driver_stats@v1:trips\"],\"entities\":{\"driver_id\":[1001]},"
                        + "\"full_feature_names\":true}",
                "");

        assertThat(response.body())
                .contains("\"feature_names\":[\"driver_id\",\"driver_stats__trips\",\"driver_stats@v1__trips\"]");
    }

    @Test
    void whichVersionOfEachViewAnsweredIsSaidWhereItIsAskedFor() {
        HttpResponse<String> response = post(
                "{\"features\":[\"driver_stats:trips\"],\"entities\":{\"driver_id\":[1001]},"
                        + "\"include_feature_view_version_metadata\":true}",
                "");

        assertThat(response.body())
                .endsWith("\"metadata\":{\"feature_names\":[\"driver_id\",\"trips\"],"
                        + "\"feature_view_metadata\":[{\"name\":\"driver_stats\",\"version\":1}]}}");
    }

    @Test
    void ourOwnFieldsReadThePastAndSayWhatTheAnswerIsMadeOf() {
        HttpResponse<String> response = post(
                "{\"features\":[\"driver_stats:trips\"],\"entities\":{\"driver_id\":[1001,1001]},"
                        + "\"as_of\":[\"2026-03-02T09:00:00.249999Z\",1772442000250000],\"complete_within_ms\":5000}",
                "application/json");

        assertThat(response.body())
                .startsWith("{\"results\":[{\"values\":[1001,1001],\"statuses\":[\"PRESENT\",\"PRESENT\"],")
                .contains("{\"values\":[null,9007199254740993],\"statuses\":[\"NOT_FOUND\",\"PRESENT\"],")
                .contains(
                        "\"complete\":true,\"view_versions\":[\"driver_stats@v1\"],\"positions\":[{\"view_version\":\"driver_stats@v1\",")
                .contains("\"partition\":1,\"offset\":1}");
    }

    @Test
    void unknownThingsAreFeastErrorsInsideAJsonString() {
        HttpResponse<String> view = post("{\"features\":[\"nope:trips\"],\"entities\":{\"driver_id\":[1]}}", "");
        HttpResponse<String> service = post("{\"feature_service\":\"svc\",\"entities\":{\"driver_id\":[1]}}", "");

        assertThat(view.statusCode()).isEqualTo(404);
        assertThat(view.body())
                .isEqualTo(feastError("FeatureViewNotFoundException", "Feature view nope does not exist"));
        assertThat(post("{\"features\":[\"driver_stat:trips\"],\"entities\":{\"driver_id\":[1]}}", "")
                        .body())
                .isEqualTo(feastError(
                        "FeatureViewNotFoundException",
                        "Feature view driver_stat does not exist; did you mean 'driver_stats'?"));
        assertThat(post("{\"features\":[\"driver_stats@v7:trips\"],\"entities\":{\"driver_id\":[1]}}", "")
                        .body())
                .contains("Feature view driver_stats@v7 does not exist; versions that do: [driver_stats@v1");
        assertThat(service.statusCode()).isEqualTo(404);
        assertThat(service.body())
                .isEqualTo(feastError("FeatureServiceNotFoundException", "Feature service svc does not exist"));
        assertThat(post("{\"features\":[\"driver_stats:nope\"],\"entities\":{\"driver_id\":[1]}}", "")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void wrongRequestsAreNeverServerErrorsAndTheirBodiesAreJson() {
        assertThat(post("{\"features\":[\"driver_stats:trips\"]}", "").body())
                .isEqualTo(
                        "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"entities\"],\"msg\":\"Field required\"}]}");
        for (Map.Entry<String, Integer> wrong : Map.of(
                        "{\"features\":[\"driver_stats:trips\"]}",
                        422,
                        "[]",
                        422,
                        "{\"features\":[\"driver_stats:trips\"],\"entities\":{\"driver_id\":5}}",
                        422,
                        "{\"features\":[\"driver_stats:trips\"],\"entities\":{\"driver_id\":[]}}",
                        400,
                        "{\"features\":[\"driver_stats:trips\"],\"entities\":{\"other\":[1]}}",
                        400,
                        "{\"features\":[\"driver_stats:trips\"],\"entities\":{\"driver_id\":[\"x\"]}}",
                        400,
                        "{\"features\":[\"driver_stats:trips\"],\"entities\":{\"driver_id\":[1],\"o\":[1,2]}}",
                        400,
                        "{\"features\":[\"driver_stats:trips\"],\"entities\":{\"driver_id\":[1" + "0".repeat(1_001)
                                + "]}}",
                        400,
                        "[".repeat(1_001) + "]".repeat(1_001),
                        400,
                        "not json",
                        400)
                .entrySet()) {
            HttpResponse<String> response = post(wrong.getKey(), "application/json");

            assertThat(response.statusCode()).as(shortened(wrong.getKey())).isEqualTo(wrong.getValue());
            assertThat(response.body()).matches("(?s)^[\"{].*[\"}]$");
        }
    }

    private static String shortened(String text) {
        return text.substring(0, Math.min(80, text.length()));
    }

    @Test
    void featuresThatOlderEventsWouldOverwriteStayNewest() {
        TestBroker.produce(
                TOPIC, 1, "{\"driver\": 1001, \"at\": \"2026-03-01T00:00:00Z\", \"rate\": 0.1, \"trips\": 1}");

        assertThat(post(
                                "{\"features\":[\"driver_stats:conv_rate\"],\"entities\":{\"driver_id\":[1001]},\"complete_within_ms\":5000}",
                                "")
                        .body())
                .contains("\"complete\":true", "{\"values\":[0.5]");
    }

    @Test
    void theOpenApiDescriptionNamesEveryEndpoint() {
        String openApi =
                given().get("/openapi").then().statusCode(200).extract().asString();

        assertThat(openApi)
                .contains(
                        "/get-online-features",
                        "/v1/feature-views",
                        "/v1/feature-views/{name}/versions/{version}",
                        "/v1/push");
    }
}
