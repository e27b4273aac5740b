package io.millrace.inference.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.proto.inference.v1.ListModelsRequest;
import io.millrace.proto.inference.v1.ModelVersion;
import io.millrace.proto.inference.v1.RefreshModelsRequest;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(PredictingService.Settings.class)
class ModelsTest extends PredictingService {
    @Test
    void modelsAreListedAndRefreshedOnBothTransports() {
        ModelFiles.publish(models, "broken", "1", new byte[] {(byte) 0x80, 4}, ModelFiles.TWO_COLUMNS);
        given().post("/v1/models/refresh")
                .then()
                .statusCode(200)
                .body("models.name", hasItem("broken"))
                .body("models.find { it.name == 'broken' }.state", equalTo("refused"))
                .body("models.find { it.name == 'broken' }.reason", containsString("PICKLE"))
                .body("models.find { it.name == 'm' }.state", equalTo("serving"));
        assertThat(stub.listModels(ListModelsRequest.getDefaultInstance()).getModelsList())
                .extracting(ModelVersion::getName, ModelVersion::getState)
                .contains(
                        tuple("broken", ModelVersion.State.STATE_REFUSED),
                        tuple("m", ModelVersion.State.STATE_SERVING));
        ModelFiles.delete(models.resolve("broken/1"));
        assertThat(stub.refreshModels(RefreshModelsRequest.getDefaultInstance()).getModelsList())
                .extracting(ModelVersion::getName)
                .contains("m")
                .doesNotContain("broken");
        given().get("/v1/models").then().statusCode(200).body("models.name", not(hasItem("broken")));
    }

    @Test
    void aNewVersionIsFoundWithoutBeingAskedFor() {
        Path version = ModelFiles.publish(models, "m", "2", OnnxModels.linear(200, 1, 10), ModelFiles.TWO_COLUMNS);
        await().untilAsserted(() -> post("{\"user\": \"u\", \"x\": 0}")
                .body("predictions[0].prediction", is(202.0f))
                .body("model.version", equalTo("2")));
        ModelFiles.delete(version);
        await().untilAsserted(() -> post("{\"user\": \"u\", \"x\": 0}").body("predictions[0].prediction", is(102.0f)));
    }

    @Test
    void itIsReadyOnceTheRepositoryWasSeenAndMeasuresWhatItDoes() {
        int port = Integer.parseInt(setting("quarkus.management.test-port"));
        given().port(port)
                .get("/q/health/ready")
                .then()
                .statusCode(200)
                .body("checks.find { it.name == 'models' }.data.versions", greaterThanOrEqualTo(1));
        post("{\"user\": \"u\", \"x\": 0}").statusCode(200);
        given().port(port)
                .get("/q/metrics")
                .then()
                .statusCode(200)
                .body(containsString("millrace_inference_score_duration_seconds_count"))
                .body(containsString("millrace_inference_models_loaded"));
    }
}
