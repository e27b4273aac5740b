package io.millrace.inference.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.definitions.DefinitionFile;
import io.millrace.gate.Refusal;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.models.kernel.random.Seeded;
import io.millrace.proto.inference.v1.DriftReport;
import io.millrace.proto.inference.v1.GetDriftRequest;
import io.millrace.proto.inference.v1.ListDriftRequest;
import io.millrace.proto.inference.v1.PredictResponse;
import io.millrace.proto.inference.v1.WatchServiceGrpc;
import io.millrace.proto.inference.v1.WatchServiceGrpc.WatchServiceBlockingStub;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Novelty in the answers and in the stream, and reports of drift, over the running service. */
@QuarkusTest
@TestProfile(PredictingService.Settings.class)
class WatchWireTest extends PredictingService {
    private static final String PIPELINE = """
            kind: Pipeline
            name: watched
            input: {topic: watched.in, timestamp: {field: time, unit: us}}
            key: user
            entity: {user_id: user}
            request: {x: double}
            features: ["v:a"]
            novelty: mahalanobis
            model: {name: known}
            output: {topic: watched.out}
            """;

    /** Where v:a is near 2 and x near 5. */
    private void serveWithAReference() {
        var random = new Seeded(3);
        var rows = new StringBuilder("v:a,x\n");
        for (int i = 0; i < 500; i++) {
            rows.append(2 + random.gaussian())
                    .append(',')
                    .append(5 + random.gaussian())
                    .append('\n');
        }
        byte[] model = OnnxModels.linear(100, 1, 10).toByteArray();
        String yaml = ModelFiles.yaml("known", "1", "model.onnx", ModelFiles.sha256(model), ModelFiles.TWO_COLUMNS)
                + "reference: {file: rows.csv}\n";
        ModelFiles.publish(
                models,
                "known",
                "1",
                Map.of(
                        "model.yaml", yaml.getBytes(StandardCharsets.UTF_8),
                        "model.onnx", model,
                        "rows.csv", rows.toString().getBytes(StandardCharsets.UTF_8)));
        catalog.refresh();
        await().ignoreException(Refusal.class)
                .untilAsserted(() -> assertThat(pipelines.apply(List.of(new DefinitionFile("w.yaml", PIPELINE))))
                        .hasSize(1));
    }

    @Test
    void answersAndStreamsSayHowNewARowIsAndTheWatchReportsThem() throws Exception {
        serveWithAReference();
        given().contentType("application/json")
                .body("{\"rows\": [{\"user\": \"u\", \"x\": 50}]}")
                .post("/v1/pipelines/watched/predict")
                .then()
                .statusCode(200)
                .body("predictions[0].novelty", equalTo(1.0f));
        PredictResponse response = stub.predict(
                request("u", 5, 0).toBuilder().setPipeline("watched").build());
        assertThat(response.getPredictions(0).hasNovelty()).isTrue();
        assertThat(response.getPredictions(0).getNovelty()).isLessThan(0.5);
        JsonNode streamed = new ObjectMapper().readTree(streamed("watched", """
                {"user": "u", "x": 50.0, "time": 983528100000000}"""));
        assertThat(streamed.path("novelty").asDouble()).isEqualTo(1.0);

        await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> given().get("/v1/drift/watched")
                .then()
                .statusCode(200)
                .body("pipeline", equalTo("watched"))
                .body("rows", equalTo(1))
                .body("versions", hasSize(1))
                .body("versions[0].reference", equalTo("registered"))
                .body("versions[0].referenceRows", equalTo(500)));
        given().get("/v1/drift").then().statusCode(200).body("reports.pipeline", hasItem("watched"));
        WatchServiceBlockingStub watch =
                WatchServiceGrpc.newBlockingStub(channel()).withDeadlineAfter(20, TimeUnit.SECONDS);
        DriftReport report = watch.getDrift(
                        GetDriftRequest.newBuilder().setPipeline("watched").build())
                .getReport();
        assertThat(report.getVersions(0).getReference()).isEqualTo("registered");
        assertThat(report.getVersions(0).hasWindow()).isFalse();
        assertThat(watch.listDrift(ListDriftRequest.getDefaultInstance()).getReportsList())
                .contains(report);
    }

    @Test
    void aPipelineThatIsNotThereHasNoReportAndOneThatWasNotLookedAtAnEmptyOne() {
        refused(given().get("/v1/drift/nobody").then(), 404, "PIPELINE_NOT_FOUND");
        WatchServiceBlockingStub watch =
                WatchServiceGrpc.newBlockingStub(channel()).withDeadlineAfter(20, TimeUnit.SECONDS);
        assertThat(refusal(() -> watch.getDrift(
                        GetDriftRequest.newBuilder().setPipeline("nobody").build())))
                .isEqualTo("NOT_FOUND PIPELINE_NOT_FOUND");
        given().get("/v1/drift/p")
                .then()
                .statusCode(200)
                .body("rows", equalTo(0))
                .body("versions", hasSize(0));
    }
}
