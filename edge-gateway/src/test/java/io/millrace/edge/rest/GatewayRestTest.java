package io.millrace.edge.rest;

import static io.millrace.edge.rest.GatewayCalls.push;
import static io.millrace.edge.rest.GatewayCalls.register;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import io.millrace.backing.Ports;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(GatewayProfile.class)
class GatewayRestTest {
    @SuppressWarnings("NullAway.Init") // set by Quarkus
    @TestHTTPResource(value = "/q/health", management = true)
    URI health;

    @Test
    void aCycleMakesAnAggregateInWhichADeadNodeIsAnError() {
        register(
                "[{\"id\":\"agg-push\",\"domain\":\"airports\"},{\"id\":\"agg-dead\",\"domain\":\"airports\",\"url\":\"http://127.0.0.1:"
                        + Ports.free() + "\"}]");
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
    }

    @Test
    void withoutKafkaTheGatewayIsAliveReadyAndSaysThatKafkaIsAway() {
        given().get(health.resolve("/q/health/live")).then().statusCode(200).body("status", is("UP"));
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> given().get(
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
}
