package io.millrace.inference.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.millrace.definitions.DefinitionFile;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.learn.OnlineModels;
import io.millrace.inference.kafka.LabelOutcomes;
import io.millrace.proto.inference.v1.GetOnlineModelRequest;
import io.millrace.proto.inference.v1.LearningServiceGrpc;
import io.millrace.proto.inference.v1.ListOnlineModelsRequest;
import io.millrace.proto.inference.v1.OnlineModelSummary;
import io.millrace.proto.inference.v1.ResumeOnlineModelRequest;
import io.millrace.proto.inference.v1.SnapshotOnlineModelRequest;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An online model in the running service, from the outcomes' topic to a version that serves. */
@QuarkusTest
@TestProfile(PredictingService.Settings.class)
class OnlineModelTest extends PredictingService {
    private static final String DEFINITIONS = """
            kind: Pipeline
            name: learned
            input: {topic: learned.in, timestamp: {field: time, unit: us}}
            key: user
            entity: {user_id: user}
            request: {x: double, place: string}
            features: ["v:a"]
            record-vector: true
            model: {name: scored}
            output: {topic: learned.out}
            ---
            kind: Labels
            name: l
            pipeline: learned
            input: {topic: learned.labels, timestamp: {field: time, unit: us}}
            label: "late"
            fields: {late: bool}
            join: {key: id}
            delay: 1h
            task: {classification: {threshold: 0.5}}
            ---
            kind: OnlineModel
            name: online
            labels: l
            learner: {algorithm: logistic-regression}
            columns:
              - {feature: "v:a", impute: 0.5}
              - {request: x}
              - {request: place, category: {bits: 6}}
            snapshot: {every: 1000, on-drift: false}
            guard: {window: 500}
            """;

    private static final String SHADOWED = """
            kind: Deployment
            name: scored
            arms:
              - {name: champion, model: m, version: "1"}
            shadow:
              - {name: challenger, model: online}
            """;

    /** The service is other tests', too. */
    @AfterEach
    void remove() {
        given().delete("/v1/deployments/scored").then().statusCode(anyOf(equalTo(204), equalTo(404)));
        given().delete("/v1/online-models/online").then().statusCode(anyOf(equalTo(204), equalTo(404)));
        given().delete("/v1/pipelines/learned").then().statusCode(anyOf(equalTo(204), equalTo(404)));
    }

    @Test
    void itLearnsServesFreezesAndIsResumed() {
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptionsMatching(OnlineModelTest::passes)
                .untilAsserted(
                        () -> assertThat(pipelines.apply(List.of(new DefinitionFile("learned.yaml", DEFINITIONS))))
                                .hasSize(3));
        LabelOutcomes.write("l", 0, 1_500, OnlineModels::labelled);
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> given().get("/v1/online-models/online")
                .then()
                .statusCode(200)
                .body("state", equalTo("learning"))
                .body("learned.labels", equalTo(1_500))
                .body("learned.results.learned", equalTo(1_500))
                .body("learned.versions", equalTo(List.of("1000"))));
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> given().get("/v2/models/online/versions/1000/ready")
                .then()
                .statusCode(200));

        assertThat(pipelines.apply(List.of(new DefinitionFile("deployment.yaml", SHADOWED))))
                .hasSize(1);

        var learning = LearningServiceGrpc.newBlockingStub(channel()).withDeadlineAfter(Duration.ofSeconds(60));
        learning.snapshotOnlineModel(
                SnapshotOnlineModelRequest.newBuilder().setName("online").build());
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            OnlineModelSummary model = learning.getOnlineModel(
                            GetOnlineModelRequest.newBuilder().setName("online").build())
                    .getModel();
            assertThat(model.getProgress().getVersionsList()).containsExactly("1000", "1500");
        });
        assertThat(learning.listOnlineModels(ListOnlineModelsRequest.getDefaultInstance())
                        .getModels(0)
                        .getProgress()
                        .getAccuracy())
                .isBetween(0.5, 1.0);
        assertThatExceptionOfType(StatusRuntimeException.class)
                .isThrownBy(() -> learning.resumeOnlineModel(
                        ResumeOnlineModelRequest.newBuilder().setName("online").build()))
                .satisfies(e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION));

        LabelOutcomes.write("l", 1_500, 1_500, i -> OnlineModels.labelled(i, OnlineModels.values(i), 1, "gate"));
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> given().get("/v1/online-models")
                .then()
                .statusCode(200)
                .body("online_models[0].state", equalTo("frozen"))
                .body("online_models[0].learned.labels", equalTo(3_000))
                .body("online_models[0].learned.freeze.reason", equalTo("CLASS_FLOOD")));
        given().port(Integer.parseInt(setting("quarkus.management.test-port")))
                .get("/q/metrics")
                .then()
                .body(containsString("millrace_inference_learning_frozen{model=\"online\"} 1.0"));
        given().contentType(ContentType.JSON)
                .body("{\"new_reference\": true}")
                .post("/v1/online-models/online/resume")
                .then()
                .statusCode(200);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> given().get("/v1/online-models/online").then().body("state", equalTo("learning")));
        given().post("/v1/online-models/none/snapshot").then().statusCode(404);
        given().delete("/v1/online-models/online").then().statusCode(204);
        given().get("/v1/online-models/online").then().statusCode(404);
        assertThat(Files.exists(models.resolve("online")))
                .as("what it made stays")
                .isTrue();
    }

    private static boolean passes(Throwable e) {
        return e instanceof Refusal refusal && refusal.reason() != InferenceReason.INVALID_DEFINITION;
    }
}
