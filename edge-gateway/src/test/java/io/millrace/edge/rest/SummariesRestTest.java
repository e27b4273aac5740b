package io.millrace.edge.rest;

import static io.millrace.edge.rest.GatewayCalls.SUMMARY;
import static io.millrace.edge.rest.GatewayCalls.push;
import static io.millrace.edge.rest.GatewayCalls.register;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(GatewayProfile.class)
class SummariesRestTest {
    @Test
    void aPlainPushIsTakenOnceAndLateOnesAreSaid() {
        register("{\"id\":\"plain\",\"domain\":\"airports\"}");
        push("plain", 1).statusCode(200).body("outcome", is("taken")).body("duplicate", is(false));
        push("plain", 1).statusCode(200).body("outcome", is("duplicate")).body("duplicate", is(true));
        push("plain", 3).body("outcome", is("taken"));
        push("plain", 2).body("outcome", is("late"));
        push("plain", 9_000).body("outcome", is("taken"));
        push("plain", 4).statusCode(412).body("reason", is("STALE_SEQUENCE"));
        push("nobody", 1).statusCode(404).body("reason", is("NODE_NOT_FOUND"));

        given().get("/v1/nodes/plain/ledger")
                .then()
                .statusCode(200)
                .body("expected", is(9_000))
                .body("received", is(4))
                .body("duplicate", is(1))
                .body("late", is(1))
                .body("missing", is(8_996))
                .body("dropped.STALE_SEQUENCE", is(1));
        given().get("/v1/nodes/plain")
                .then()
                .body("status", is("success"))
                .body("last_seen", notNullValue())
                .body("summary.record_count", is(12))
                .body("summary.last_updated", is("2025-12-31T23:00:00Z"))
                .body("summary.firmware", is("7.1"))
                .body("summary.sequence", nullValue());
    }

    @Test
    void pushesFromManyNodesAtOnceAreAllTaken() {
        register(IntStream.range(0, 40)
                .mapToObj(i -> "{\"id\":\"many-" + i + "\",\"domain\":\"many\"}")
                .toList()
                .toString());
        IntStream.range(0, 40).parallel().forEach(i -> IntStream.range(1, 6)
                .forEach(sequence -> push("many-" + i, sequence).statusCode(200)));
        given().queryParam("domain", "many")
                .get("/v1/nodes")
                .then()
                .body("nodes", hasSize(40))
                .body("nodes.status", everyItem(is("success")));
    }

    @Test
    void aCloudEventIsTakenInBinaryStructuredAndBatchedModeAndKnownAcrossThem() {
        register("{\"id\":\"events\",\"domain\":\"airports\"}");
        given().contentType("application/json")
                .header("ce-specversion", "1.0")
                .header("ce-id", "e%201")
                .header("ce-source", "/gates/7")
                .header("ce-type", "org.example.summary")
                .body("{" + SUMMARY + "}")
                .post("/v1/nodes/events/summary")
                .then()
                .statusCode(200)
                .body("outcome", is("taken"));
        structured(event("e 1", "/gates/7", "\"data\":{" + SUMMARY + "}"))
                .statusCode(200)
                .body("outcome", is("duplicate"));
        structured(event("e 1", "/gates/8", "\"data_base64\":\"" + base64("{" + SUMMARY + "}") + "\""))
                .body("outcome", is("taken"));
        structured(event("e 2", "/gates/7", "\"sequence\":\"5\",\"data\":{" + SUMMARY + "}"))
                .body("outcome", is("taken"));
        push("events", 5).body("outcome", is("duplicate"));
        batch("[" + event("e 2", "/gates/7", "\"data\":{" + SUMMARY + "}") + ","
                        + event("e 3", "/gates/7", "\"data\":{" + SUMMARY + "}") + "]")
                .statusCode(200)
                .body("results.outcome", equalTo(List.of("duplicate", "taken")));
        given().get("/v1/nodes/events/ledger").then().body("received", is(4)).body("duplicate", is(3));
    }

    @Test
    void whatIsNoCloudEventIsRefusedAndNothingOfItsBatchIsTaken() {
        register("{\"id\":\"noevents\",\"domain\":\"airports\"}");
        structured("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"s\",\"data\":{" + SUMMARY + "}}")
                .statusCode(400)
                .body("detail", containsString("'type'"));
        structured(event("1", "s", "\"data\":{" + SUMMARY + "}").replace("1.0", "0.3"))
                .statusCode(400)
                .body("reason", is("INVALID_EVENT"));
        structured(event("1", "s", "\"datacontenttype\":\"text/xml\",\"data\":{" + SUMMARY + "}"))
                .statusCode(400);
        structured(event("a\\u0000b", "s", "\"data\":{" + SUMMARY + "}")).statusCode(400);
        batch("[" + event("1", "s", "\"data\":{" + SUMMARY + "}") + "," + event("2", "s", "\"data\":{}") + "]")
                .statusCode(400)
                .body("reason", is("INVALID_SUMMARY"))
                .body("detail", containsString("event 1"));
        batch("[]").statusCode(400);
        given().get("/v1/nodes/noevents/ledger").then().body("received", is(0)).body("dropped.INVALID", is(6));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{",
                "{}",
                "{\"sequence\":1}",
                "{\"sequence\":1,\"record_count\":1.5,\"quality_score\":0,\"last_updated\":\"2026-01-01T00:00:00Z\"}",
                "{\"sequence\":1,\"record_count\":-1,\"quality_score\":0,\"last_updated\":\"2026-01-01T00:00:00Z\"}",
                "{\"sequence\":1,\"record_count\":1,\"quality_score\":1.01,\"last_updated\":\"2026-01-01T00:00:00Z\"}",
                "{\"sequence\":1,\"record_count\":1,\"quality_score\":NaN,\"last_updated\":\"2026-01-01T00:00:00Z\"}",
                "{\"sequence\":1,\"record_count\":1,\"quality_score\":1,\"last_updated\":\"yesterday\"}",
                "{\"sequence\":0,\"record_count\":1,\"quality_score\":1,\"last_updated\":\"2026-01-01T00:00:00Z\"}",
                "{\"sequence\":99999999999999999999,\"record_count\":1,\"quality_score\":1,\"last_updated\":\"2026-01-01T00:00:00Z\"}",
                "{\"sequence\":1,\"sequence\":2,\"record_count\":1,\"quality_score\":1,\"last_updated\":\"2026-01-01T00:00:00Z\"}",
                "{\"sequence\":1,\"record_count\":1,\"quality_score\":1,\"last_updated\":\"2026-01-01T00:00:00Z\"} x"
            })
    void whatIsNoSummaryIsABadRequest(String body) {
        register("{\"id\":\"strict\",\"domain\":\"airports\"}");
        given().contentType(ContentType.JSON)
                .body(body)
                .post("/v1/nodes/strict/summary")
                .then()
                .statusCode(400);
    }

    @Test
    void hostileBodiesAreBadRequests() {
        register("{\"id\":\"hostile\",\"domain\":\"airports\"}");
        List<String> bodies = List.of(
                "{\"a\":" + "[".repeat(1_001) + "]".repeat(1_001) + "}",
                "{\"a\":\"" + "x".repeat(20_000_000) + "\"}",
                "{\"sequence\":1,\"quality_score\":1,\"last_updated\":\"2026-01-01T00:00:00Z\",\"record_count\":"
                        + "1".repeat(1_001) + "}");
        for (String body : bodies) {
            given().contentType(ContentType.JSON)
                    .body(body)
                    .post("/v1/nodes/hostile/summary")
                    .then()
                    .statusCode(400);
        }
        for (String id : List.of("..%2fx", "%2e%2e", "a%00b", "*", "%22", "%E2%80%AEabc")) {
            given().urlEncodingEnabled(false).get("/v1/nodes/" + id).then().statusCode(greaterThan(399));
        }
        given().get("/v1/nodes/hostile/ledger").then().body("received", is(0));
    }

    private static ValidatableResponse structured(String event) {
        return given().contentType("application/cloudevents+json")
                .body(event.getBytes(StandardCharsets.UTF_8))
                .post("/v1/nodes/" + node(event) + "/summary")
                .then();
    }

    private static ValidatableResponse batch(String events) {
        return given().contentType("application/cloudevents-batch+json")
                .body(events.getBytes(StandardCharsets.UTF_8))
                .post("/v1/nodes/" + node(events) + "/summary")
                .then();
    }

    /** Events of the gates are those of node "events"; all others are refused for "noevents". */
    private static String node(String event) {
        return event.contains("/gates/") ? "events" : "noevents";
    }

    private static String event(String id, String source, String rest) {
        return "{\"specversion\":\"1.0\",\"type\":\"t\",\"id\":\"" + id + "\",\"source\":\"" + source + "\"," + rest
                + "}";
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
