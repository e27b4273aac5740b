package io.millrace.edge.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import com.google.rpc.ErrorInfo;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.millrace.proto.edge.v1.EdgeServiceGrpc;
import io.millrace.proto.edge.v1.EdgeServiceGrpc.EdgeServiceBlockingStub;
import io.millrace.proto.edge.v1.GetAggregateRequest;
import io.millrace.proto.edge.v1.ListNodesRequest;
import io.millrace.proto.edge.v1.Node;
import io.millrace.proto.edge.v1.NodeState;
import io.millrace.proto.edge.v1.PushSummaryRequest;
import io.millrace.proto.edge.v1.RegisterNodesRequest;
import io.millrace.proto.edge.v1.RemoveNodeRequest;
import io.millrace.proto.edge.v1.Summary;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(GatewayProfile.class)
class EdgeGatewayTest {
    private static final String SUMMARY =
            "\"record_count\":12,\"quality_score\":0.75,\"last_updated\":\"2026-01-01T00:00:00+01:00\",\"firmware\":\"7.1\"";

    @ConfigProperty(name = "quarkus.grpc.server.test-port")
    int grpcPort;

    private ManagedChannel channel;
    private EdgeServiceBlockingStub edge;

    @BeforeEach
    void connect() {
        channel = Grpc.newChannelBuilder("127.0.0.1:" + grpcPort, InsecureChannelCredentials.create())
                .build();
        edge = EdgeServiceGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void disconnect() {
        channel.shutdownNow();
    }

    @SuppressWarnings("NullAway.Init") // set by Quarkus
    @TestHTTPResource(value = "/q/health", management = true)
    URI health;

    @Test
    void nodesAreRegisteredOneAndManyListedByPageAndRemoved() {
        register("{\"id\":\"page-1\",\"domain\":\"pages\",\"interval\":\"30s\"}")
                .statusCode(200)
                .body("created", is(1));
        register(
                        "[{\"id\":\"page-2\",\"domain\":\"pages\"},{\"id\":\"page-1\",\"domain\":\"pages\",\"interval_seconds\":60},{\"id\":\"page-3\",\"domain\":\"pages\"}]")
                .statusCode(200)
                .body("created", is(2))
                .body("updated", is(1));

        String token = given().queryParam("domain", "pages")
                .queryParam("page_size", 2)
                .get("/v1/nodes")
                .then()
                .statusCode(200)
                .body("nodes.id", equalTo(List.of("page-1", "page-2")))
                .body("nodes[0].interval_seconds", is(60))
                .body("nodes[0].status", is("never_seen"))
                .extract()
                .path("next_page_token");
        given().queryParam("domain", "pages")
                .queryParam("page_size", 2)
                .queryParam("page_token", token)
                .get("/v1/nodes")
                .then()
                .body("nodes.id", equalTo(List.of("page-3")))
                .body("next_page_token", nullValue());

        given().delete("/v1/nodes/page-2").then().statusCode(204);
        given().delete("/v1/nodes/page-2").then().statusCode(404).body("reason", is("NODE_NOT_FOUND"));
        given().queryParam("page_size", 1_001)
                .get("/v1/nodes")
                .then()
                .statusCode(400)
                .body("reason", is("INVALID_PAGE"));
        given().queryParam("page_token", "***")
                .get("/v1/nodes")
                .then()
                .statusCode(400)
                .body("reason", is("INVALID_PAGE"));
    }

    @Test
    void aBadRegistrationRegistersNothingAndNamesEachFault() {
        register(
                        "[{\"id\":\"bad-1\",\"domain\":\"airports\"},{\"id\":\"../x\",\"domain\":\"airports\"},{\"id\":\"bad-3\",\"domain\":\"airports\",\"interval\":\"2d\"}]")
                .statusCode(400)
                .contentType("application/problem+json")
                .body("reason", is("INVALID_NODE"))
                .body("errors.where", hasItems("nodes[1].id", "nodes[2].interval"));
        given().get("/v1/nodes/bad-1").then().statusCode(404);
        register("{\"id\":\"bad-4\",\"domain\":\"harbours\",\"url\":\"http://127.0.0.1:80\"}")
                .statusCode(403)
                .body("reason", is("ADDRESS_NOT_ALLOWED"));
        register("{\"id\":\"bad-5\",\"domain\":\"airports\",\"urll\":\"x\"}")
                .statusCode(400)
                .body("detail", containsString("urll"));
        register("{\"id\":").statusCode(400);
    }

    @Test
    void definitionFilesAreAppliedWithFaultsAtTheirLines() {
        var good = Map.of(
                "files",
                List.of(Map.of(
                        "path",
                        "n.yaml",
                        "content",
                        "kind: EdgeNodes\nnodes:\n  - {id: applied-1, domain: airports, interval: 10s}\n")));
        given().contentType(ContentType.JSON)
                .body(good)
                .post("/v1/nodes/apply")
                .then()
                .statusCode(200)
                .body("created", is(1));
        given().contentType(ContentType.JSON)
                .body(good)
                .post("/v1/nodes/apply")
                .then()
                .statusCode(200)
                .body("unchanged", is(1));
        var bad = Map.of(
                "files",
                List.of(Map.of(
                        "path",
                        "n.yaml",
                        "content",
                        "kind: EdgeNodes\nnodes:\n  - {id: applied-2, domian: airports}\n")));
        given().contentType(ContentType.JSON)
                .body(bad)
                .post("/v1/nodes/apply")
                .then()
                .statusCode(400)
                .body("reason", is("INVALID_DEFINITION"))
                .body("errors.where", everyItem(is("n.yaml:3")))
                .body("errors.what", hasItem(containsString("domain")));
    }

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

    @Test
    void aCycleMakesAnAggregateInWhichADeadNodeIsAnError() {
        register(
                "[{\"id\":\"agg-push\",\"domain\":\"airports\"},{\"id\":\"agg-dead\",\"domain\":\"airports\",\"url\":\"http://127.0.0.1:"
                        + io.millrace.backing.Ports.free() + "\"}]");
        push("agg-push", 1);
        Awaitility.await().untilAsserted(() -> given().get("/v1/aggregate")
                .then()
                .statusCode(200)
                .body("timestamp", notNullValue())
                .body("total_records", greaterThan(11))
                .body("data_quality_score", notNullValue())
                .body("weighted_data_quality_score", notNullValue())
                .body("node_data.find { it.id == 'agg-dead' }.status", is("error"))
                .body("node_data.find { it.id == 'agg-dead' }.error_code", is("CONNECT_FAILED"))
                .body("node_data.find { it.id == 'agg-push' }.status", is("success")));
        var aggregate = edge.getAggregate(GetAggregateRequest.getDefaultInstance());
        assertThat(aggregate.getEdgeNodes()).isEqualTo(aggregate.getNodeDataCount());
        assertThat(aggregate.hasDataQualityScore()).isTrue();
    }

    @Test
    void theGrpcDoorDoesWhatTheRestDoorDoes() {
        var node = Node.newBuilder().setId("grpc-1").setDomain("grpc").setIntervalSeconds(10);
        assertThat(edge.registerNodes(
                                RegisterNodesRequest.newBuilder().addNodes(node).build())
                        .getCreated())
                .isOne();
        var summary = Summary.newBuilder()
                .setRecordCount(5)
                .setQualityScore(1)
                .setLastUpdated("2026-01-01T00:00:00Z")
                .setExtraJson("{\"firmware\":[1,2]}");
        var push = PushSummaryRequest.newBuilder()
                .setNodeId("grpc-1")
                .setSequence(4)
                .setSummary(summary);
        assertThat(edge.pushSummary(push.build()).getDuplicate()).isFalse();
        assertThat(edge.pushSummary(push.build()).getDuplicate()).isTrue();
        assertThat(edge.pushSummary(push.setSequence(2).build()).getLate()).isTrue();
        assertThat(edge.pushSummary(push.setBirth(1).setSequence(1).build()).getDuplicate())
                .isFalse();

        NodeState state = edge.listNodes(
                        ListNodesRequest.newBuilder().setDomain("grpc").build())
                .getNodes(0);
        assertThat(state.getStatus()).isEqualTo(NodeState.Status.STATUS_SUCCESS);
        assertThat(state.getSummary().getExtraJson()).isEqualTo("{\"firmware\":[1,2]}");

        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "INVALID_SUMMARY",
                () -> edge.pushSummary(
                        push.setSummary(summary.setQualityScore(Double.NaN)).build()));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "INVALID_SUMMARY",
                () -> edge.pushSummary(
                        push.setSummary(summary.setQualityScore(1).setExtraJson("["))
                                .build()));
        assertRefused(
                Status.Code.FAILED_PRECONDITION,
                "STALE_SEQUENCE",
                () -> edge.pushSummary(
                        push.setSummary(summary.setExtraJson("")).setBirth(0).build()));
        assertRefused(
                Status.Code.PERMISSION_DENIED,
                "ADDRESS_NOT_ALLOWED",
                () -> edge.registerNodes(RegisterNodesRequest.newBuilder()
                        .addNodes(node.setUrl("http://169.254.169.254/"))
                        .build()));
        edge.removeNode(RemoveNodeRequest.newBuilder().setId("grpc-1").build());
        assertRefused(
                Status.Code.NOT_FOUND,
                "NODE_NOT_FOUND",
                () -> edge.removeNode(
                        RemoveNodeRequest.newBuilder().setId("grpc-1").build()));
    }

    @Test
    void withoutKafkaTheGatewayIsAliveReadyAndSaysThatKafkaIsAway() {
        given().get(health.resolve("/q/health/live")).then().statusCode(200).body("status", is("UP"));
        Awaitility.await().atMost(java.time.Duration.ofSeconds(60)).untilAsserted(() -> given().get(
                        health.resolve("/q/health/ready"))
                .then()
                .statusCode(200)
                .body("checks.find { it.name == 'edge-gateway' }.status", is("UP"))
                .body("checks.find { it.name == 'edge-gateway' }.data.kafka", not("connected")));
    }

    @Test
    void metricsAndTheDescriptionOfTheApiAreServed() {
        register("{\"id\":\"metered\",\"domain\":\"airports\"}");
        push("metered", 1);
        String text = given().get(health.resolve("/q/metrics"))
                .then()
                .statusCode(200)
                .extract()
                .asString();
        assertThat(text)
                .contains(
                        "millrace_edge_summaries_pushed_total{outcome=\"taken\"}",
                        "millrace_edge_spool_used_bytes",
                        "millrace_edge_spool_backlog_entries",
                        "millrace_edge_cycle_duration_seconds_count");
        String description =
                given().get("/openapi").then().statusCode(200).extract().asString();
        assertThat(description)
                .contains(
                        "registerNodes",
                        "pushSummary",
                        "application/cloudevents-batch+json",
                        "getAggregate",
                        "record_count");
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

    private static ValidatableResponse register(String body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .post("/v1/nodes")
                .then();
    }

    private static ValidatableResponse push(String node, long sequence) {
        return given().contentType(ContentType.JSON)
                .body("{\"sequence\":" + sequence + "," + SUMMARY + "}")
                .post("/v1/nodes/" + node + "/summary")
                .then();
    }

    private static ValidatableResponse structured(String event) {
        return given().contentType("application/cloudevents+json")
                .body(event.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .post("/v1/nodes/" + node(event) + "/summary")
                .then();
    }

    private static ValidatableResponse batch(String events) {
        return given().contentType("application/cloudevents-batch+json")
                .body(events.getBytes(java.nio.charset.StandardCharsets.UTF_8))
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
        return java.util.Base64.getEncoder().encodeToString(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static void assertRefused(Status.Code code, String reason, org.junit.jupiter.api.function.Executable call) {
        var thrown = catchThrowableOfType(StatusRuntimeException.class, call::execute);
        assertThat(thrown.getStatus().getCode()).isEqualTo(code);
        var status = Objects.requireNonNull(StatusProto.fromThrowable(thrown));
        try {
            assertThat(status.getDetails(0).unpack(ErrorInfo.class).getReason()).isEqualTo(reason);
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
