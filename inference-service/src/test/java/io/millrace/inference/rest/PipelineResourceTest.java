package io.millrace.inference.rest;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = BrokerForService.class, restrictToAnnotatedClass = true)
class PipelineResourceTest {
    private static final String YAML = """
            kind: Pipeline
            name: rest-%s
            input: {topic: rest-absent, timestamp: {field: at}}
            key: id
            model: {name: m}
            output: {topic: rest-out}
            alert: {when: "prediction > 0.5", topic: rest-alerts}
            """;

    @BeforeEach
    void awaitTheCatalog() {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> given().get("/v1/pipelines").statusCode() == 200);
    }

    @Test
    void aPipelineIsAppliedShownPausedResumedAndRemoved() {
        apply(YAML.formatted("a"), false)
                .statusCode(200)
                .body("outcomes[0].name", equalTo("rest-a"))
                .body("outcomes[0].change", equalTo("created"));
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> given().get("/v1/pipelines/rest-a")
                .then()
                .statusCode(200)
                .body("state", equalTo("stalled"))
                .body("reason", equalTo("input topic 'rest-absent' does not exist"))
                .body("input_topic", equalTo("rest-absent"))
                .body("output_topic", equalTo("rest-out"))
                .body("output_topics", equalTo(List.of("rest-out", "rest-alerts")))
                .body("lag", equalTo(-1))
                .body("definition", equalTo(YAML.formatted("a"))));

        given().post("/v1/pipelines/rest-a/pause").then().statusCode(204);
        given().get("/v1/pipelines/rest-a").then().body("state", equalTo("paused"));
        given().post("/v1/pipelines/rest-a/resume").then().statusCode(204);
        given().get("/v1/pipelines").then().body("pipelines.name", hasItem("rest-a"));
        given().delete("/v1/pipelines/rest-a").then().statusCode(204);
        given().get("/v1/pipelines/rest-a")
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("reason", equalTo("PIPELINE_NOT_FOUND"));
    }

    @Test
    void faultsAreAllNamedWithTheirLines() {
        apply("kind: Pipeline\nname: Bad\nkeyy: id\n", false)
                .statusCode(400)
                .body("reason", equalTo("INVALID_DEFINITION"))
                .body("errors.where", hasItem("p.yaml:2"))
                .body(
                        "errors.find { it.where == 'p.yaml:3' }.what",
                        startsWith("unknown key 'keyy'; did you mean 'key'?"));
    }

    @Test
    void whereAPipelineStandsAndMovingItAreAskedForOverRest() {
        apply(YAML.formatted("moved"), false).statusCode(200);
        given().get("/v1/pipelines/rest-moved/offsets")
                .then()
                .statusCode(503)
                .body("reason", equalTo("OFFSETS_UNAVAILABLE"))
                .body("detail", equalTo("input topic 'rest-absent' does not exist"));
        rewind("{\"to\": \"earliest\"}").statusCode(412).body("reason", equalTo("PIPELINE_NOT_PAUSED"));
        rewind("{\"to\": \"tomorrow\"}").statusCode(400).body("reason", equalTo("INVALID_REQUEST"));
        rewind("{}").statusCode(400).body("reason", equalTo("INVALID_REQUEST"));
        given().delete("/v1/pipelines/rest-moved").then().statusCode(204);
        given().get("/v1/pipelines/rest-moved/offsets").then().statusCode(404);
    }

    @Test
    void aPredictionThatIsNotThereCannotBeMadeAgain() {
        given().contentType(ContentType.JSON)
                .body("{\"predictions\": [\"nowhere-0-1\"]}")
                .post("/v1/predictions/replay")
                .then()
                .statusCode(200)
                .body("replays[0].outcome", equalTo("gone"))
                .body("replays[0].prediction", equalTo("nowhere-0-1"))
                .body("replays[0].differences[0].what", equalTo("record"));
        for (String body : List.of("{}", "{\"predictions\": []}", "{\"predictions\": [\"nowhere\"]}")) {
            given().contentType(ContentType.JSON)
                    .body(body)
                    .post("/v1/predictions/replay")
                    .then()
                    .statusCode(400)
                    .body("reason", equalTo("INVALID_REQUEST"));
        }
        given().contentType(ContentType.JSON)
                .body("{\"topic\": \"nowhere\", \"count\": 5}")
                .post("/v1/predictions/sample")
                .then()
                .statusCode(503)
                .body("reason", equalTo("OFFSETS_UNAVAILABLE"));
    }

    private static ValidatableResponse rewind(String body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .post("/v1/pipelines/rest-moved/rewind")
                .then();
    }

    @Test
    void aDryRunChangesNothing() {
        apply(YAML.formatted("dry"), true).statusCode(200).body("outcomes[0].change", equalTo("created"));
        given().get("/v1/pipelines/rest-dry").then().statusCode(404);
    }

    @Test
    void aBodyWithoutFilesIsABadRequest() {
        given().contentType(ContentType.JSON)
                .body("{\"files\":[{\"path\":\"x\"}]}")
                .post("/v1/pipelines")
                .then()
                .statusCode(400)
                .body("reason", equalTo("INVALID_REQUEST"));
    }

    private static ValidatableResponse apply(String yaml, boolean dryRun) {
        return given().contentType(ContentType.JSON)
                .body(Map.of("files", List.of(Map.of("path", "p.yaml", "content", yaml)), "dry_run", dryRun))
                .post("/v1/pipelines")
                .then();
    }
}
