package io.millrace.inference.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.proto.features.v1.FeatureServiceFeatures;
import io.millrace.proto.inference.v1.PredictResponse;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(PredictingService.Settings.class)
class PredictTest extends PredictingService {
    @Test
    void rowsArePredictedOverRest() {
        post("""
                {"rows": [{"user": "u", "x": 2.5}, {"user": "nobody", "x": 1}],
                 "as_of": "2001-03-02T10:15:00Z", "complete_within_ms": 50}
                """)
                .statusCode(200)
                .body("predictions", hasSize(2))
                .body("predictions[0].prediction", is(127.0f))
                .body("predictions[0].entity.user_id", equalTo("u"))
                .body("predictions[0].event_times.'v:a'", equalTo("1970-01-01T00:00:01Z"))
                .body("predictions[0].imputed", hasSize(0))
                .body("predictions[1].prediction", is(110.5f))
                .body("predictions[1].imputed", hasItem("v:a"))
                .body("predictions[1].event_times.'v:a'", nullValue())
                .body("model.name", equalTo("m"))
                .body("model.version", equalTo("1"))
                .body(
                        "model.digest",
                        equalTo(ModelFiles.sha256(OnnxModels.linear(100, 1, 10).toByteArray())))
                .body("complete", is(true))
                .body("id", nullValue());
        assertThat(features.requests().getLast().getAsOfMicrosList()).containsExactly(983_528_100_000_000L);
    }

    @Test
    void theCallersTraceGoesOnAtFeatureServiceFromBothTransports() {
        String trace = "0af7651916cd43dd8448eb211c80319c";
        String parent = "00-" + trace + "-b7ad6b7169203331-01";
        given().contentType("application/json")
                .header("traceparent", parent)
                .body("{\"user\": \"u\", \"x\": 1}")
                .post("/v1/pipelines/p/predict")
                .then()
                .statusCode(200);
        assertThat(features.traces().getLast()).contains(trace).doesNotContain("b7ad6b7169203331");
        var headers = new Metadata();
        headers.put(
                Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
                parent.replace('0', '1').replaceFirst("11", "00"));
        stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .predict(request("u", 1, 0));
        assertThat(features.traces().getLast()).contains(trace.replace('0', '1'));
    }

    @Test
    void anObjectWithoutRowsIsARow() {
        post("{\"user\": \"u\", \"x\": 0, \"y\": null}")
                .statusCode(200)
                .body("predictions[0].prediction", is(102.0f))
                .body("complete", is(false));
    }

    @Test
    void grpcAnswersTheSameAndWithinTheCallersDeadline() {
        PredictResponse response = stub.withDeadlineAfter(Duration.ofSeconds(3))
                .predict(request("u", 2.5, 7).toBuilder().setId("4711").build());
        assertThat(response.getId()).isEqualTo("4711");
        assertThat(response.getPredictions(0).getPrediction()).isEqualTo(127);
        assertThat(response.getPredictions(0).getEntityOrThrow("user_id").getStringValue())
                .isEqualTo("u");
        assertThat(response.getPredictions(0).getFeatureEventTimeMicrosMap()).isEqualTo(Map.of("v:a", 1_000_000L));
        assertThat(response.getModelVersion()).isEqualTo("1");
        assertThat(features.requests().getLast().getAsOfMicrosList()).containsExactly(7L);
        assertThat(features.millisLeft().getLast()).isBetween(1L, 3000L);
    }

    @Test
    void aPipelineReadsAFeatureServiceAndBothStreamAndRequestSideNameItsVersion() throws Exception {
        String pipeline = """
                kind: Pipeline
                name: by-service
                input: {topic: service.in, timestamp: {field: time, unit: us}}
                key: user
                entity: {user_id: user}
                request: {x: double}
                service: scores
                record-vector: true
                model: {name: m}
                output: {topic: service.out}
                """;
        String files = "{\"files\": [{\"path\": \"s.yaml\", \"content\": \"" + pipeline.replace("\n", "\\n") + "\"}]}";
        refused(
                        given().contentType("application/json")
                                .body(files)
                                .post("/v1/pipelines")
                                .then(),
                        400,
                        "INVALID_DEFINITION")
                .body("errors[0].where", equalTo("s.yaml:2"))
                .body("errors[0].what", containsString("Feature service scores does not exist"));
        features.serve(
                "scores",
                FeatureServiceFeatures.newBuilder()
                        .setFeatureService("scores@v3")
                        .addFeatures(FeatureServiceFeatures.Feature.newBuilder()
                                .setReference("v:a")
                                .setType("double"))
                        .addJoinKeys("user_id")
                        .build());
        given().contentType("application/json")
                .body(files)
                .post("/v1/pipelines")
                .then()
                .statusCode(200);
        given().contentType("application/json")
                .body("{\"user\": \"u\", \"x\": 2.5}")
                .post("/v1/pipelines/by-service/predict")
                .then()
                .statusCode(200)
                .body("predictions[0].prediction", is(127.0f))
                .body("feature_service", equalTo("scores@v3"))
                .body("predictions[0].vector[0].name", equalTo("input"))
                .body("predictions[0].vector[0].datatype", equalTo("FP32"))
                .body("predictions[0].vector[0].shape", equalTo(List.of(1, 2)))
                .body("predictions[0].vector[0].data", equalTo(List.of(2.0f, 2.5f)));
        var vector = stub.predict(request("u", 2.5, 0).toBuilder()
                        .setPipeline("by-service")
                        .build())
                .getPredictions(0)
                .getVector(0);
        assertThat(vector.getDatatype()).isEqualTo("FP32");
        assertThat(vector.getDoubleValuesList()).containsExactly(2.0, 2.5);
        post("{\"user\": \"u\", \"x\": 2.5}").body("predictions[0].vector", nullValue());
        assertThat(streamed("service", "{\"user\": \"u\", \"x\": 2.5, \"time\": 77}"))
                .contains(
                        "\"prediction\":127.0",
                        "\"service\":\"scores@v3\"",
                        "\"v:a\":2.0",
                        "\"vector\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":[1,2],\"data\":[2.0,2.5]}]");
    }

    @Test
    void theStreamPredictsWhatTheRequestSidePredicts() throws Exception {
        assertThat(streamed("predict", "{\"user\": \"u\", \"x\": 2.5, \"time\": 77}"))
                .contains("\"prediction\":127.0", "\"v:a\":2.0");
        post("{\"user\": \"u\", \"x\": 2.5}").body("predictions[0].prediction", is(127.0f));
    }
}
