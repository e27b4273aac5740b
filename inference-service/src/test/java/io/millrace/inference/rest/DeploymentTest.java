package io.millrace.inference.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;

import io.millrace.definitions.DefinitionFile;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.app.deploy.DeploymentKind;
import io.millrace.inference.app.deploy.Deployments;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.kafka.TestBroker;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.proto.inference.v1.DeploymentSummary;
import io.millrace.proto.inference.v1.ListDeploymentsRequest;
import io.millrace.proto.inference.v1.RollbackDeploymentRequest;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Version 1 of the model gives 100 and more, version 2 gives 1,000 and more. */
@QuarkusTest
@TestProfile(PredictingService.Settings.class)
class DeploymentTest extends PredictingService {
    private static final String CANARY = """
            kind: Deployment
            name: m
            owner: ops@example.org
            arms:
              - {name: stable, model: m, version: "1", weight: %d}
              - {name: canary, model: m, version: "2", weight: %d}
            """;

    @Inject
    Deployments deployments;

    @Inject
    DeploymentKind kind;

    @BeforeEach
    void serveTwoVersions() {
        ModelFiles.publish(models, "m", "2", OnnxModels.linear(1_000, 1, 10), ModelFiles.TWO_COLUMNS);
        catalog.refresh();
    }

    @AfterEach
    void removeTheDeployment() {
        try {
            deployments.remove("m");
        } catch (Refusal none) {
            assertThat(none.reason()).isEqualTo(InferenceReason.DEPLOYMENT_NOT_FOUND);
        }
        // Other tests of this service know the models by number.
        ModelFiles.delete(models.resolve("m").resolve("2"));
        if (Files.exists(models.resolve("wide"))) {
            ModelFiles.delete(models.resolve("wide").resolve("1"));
            ModelFiles.delete(models.resolve("wide"));
        }
        catalog.refresh();
    }

    @Test
    void callsOfTheModelsNameGoToTheArmsAndSayWhich() {
        apply(CANARY.formatted(50, 50)).statusCode(200).body("outcomes[0].kind", equalTo("Deployment"));
        var arms = IntStream.range(0, 40).mapToObj(this::infer).distinct().toList();
        assertThat(arms).containsExactlyInAnyOrder("1 stable 122.0", "2 canary 1022.0");
        assertThat(infer(7)).as("the same id").isEqualTo(infer(7));

        post("{\"rows\":[{\"user\":\"u\",\"x\":1.0},{\"user\":\"u\",\"x\":2.0}]}")
                .statusCode(200)
                .body("predictions.deployment.name", everyItem(equalTo("m")))
                .body("predictions.deployment.share", everyItem(equalTo(0.5f)));
        assertThat(IntStream.range(0, 40).mapToObj(_ -> armOfRequest("same")).distinct())
                .hasSize(1);
        assertThat(IntStream.range(0, 40).mapToObj(i -> armOfRequest("r" + i)).distinct())
                .containsExactlyInAnyOrder("stable", "canary");
        given().get("/v2/models/m").then().statusCode(200).body("versions", equalTo(List.of("1", "2")));
        given().get("/v2/models/m/ready").then().statusCode(200);
        given().get("/v1/deployments")
                .then()
                .statusCode(200)
                .body("deployments[0].arms.name", equalTo(List.of("stable", "canary")))
                .body("deployments[0].revision", equalTo(1))
                .body("deployments[0].arms.errors", equalTo(List.of(0, 0)));
        int calls = given().get("/v1/deployments/m").jsonPath().getList("arms.calls", Integer.class).stream()
                .mapToInt(Integer::intValue)
                .sum();
        assertThat(calls).isEqualTo(123);

        String id = "r0";
        given().contentType("application/json")
                .body("{\"id\":\"" + id + "\",\"inputs\":[{\"name\":\"user\",\"shape\":[1],\"datatype\":\"BYTES\","
                        + "\"data\":[\"u\"]},{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP64\",\"data\":[1]}]}")
                .post("/v2/models/p/infer")
                .then()
                .statusCode(200)
                .body("id", equalTo(id))
                .body("parameters.deployment", equalTo("m"))
                .body("parameters.arm", equalTo(armOfRequest(id)));
    }

    @Test
    void rollbackGoesBackRevisionByRevisionAndHoldsOnOtherReplicasWithinASecond() throws InterruptedException {
        apply(CANARY.formatted(100, 0));
        apply(CANARY.formatted(50, 50));
        apply(CANARY.formatted(0, 100));
        assertThat(infer(1)).startsWith("2 canary");
        try (var replica = DefinitionCatalog.follow(TestBroker.bootstrapServers(), List.of(kind))) {
            replica.awaitCurrent(Duration.ofSeconds(20));
            long start = System.nanoTime();
            given().contentType("application/json")
                    .body("{\"from_revision\":3}")
                    .post("/v1/deployments/m/rollback")
                    .then()
                    .statusCode(200)
                    .body("revision", equalTo(4))
                    .body("revisions[-1].restores", equalTo(2));
            await().pollInterval(Duration.ofMillis(10)).until(() -> weight(replica) == 50);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
        }
        refused(
                given().contentType("application/json")
                        .body("{\"from_revision\":3}")
                        .post("/v1/deployments/m/rollback")
                        .then(),
                412,
                "DEPLOYMENT_CHANGED");
        DeploymentSummary first = stub.rollbackDeployment(
                        RollbackDeploymentRequest.newBuilder().setName("m").build())
                .getDeployment();
        assertThat(first.getArms(0).getPercent()).isEqualTo(100);
        assertThat(infer(1)).startsWith("1 stable");
        refused(
                given().contentType("application/json")
                        .post("/v1/deployments/m/rollback")
                        .then(),
                404,
                "REVISION_NOT_FOUND");
        stub.rollbackDeployment(RollbackDeploymentRequest.newBuilder()
                .setName("m")
                .setToRevision(3)
                .build());
        assertThat(infer(1)).startsWith("2 canary");
        assertThat(stub.listDeployments(ListDeploymentsRequest.getDefaultInstance())
                        .getDeployments(0)
                        .getRevisionsList())
                .extracting(revision -> revision.getRevision() + " " + revision.getRestores())
                .containsExactly("1 0", "2 0", "3 0", "4 2", "5 1", "6 3");
    }

    @Test
    void noCallFailsWhileTheDeploymentIsSwappedUnderLoad() throws Exception {
        apply(CANARY.formatted(100, 0));
        var stop = new AtomicBoolean();
        List<Future<Integer>> callers = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int caller = 0; caller < 4; caller++) {
                Callable<Integer> calls = () -> {
                    int count = 0;
                    while (!stop.get()) {
                        assertThat(infer(count++)).isIn("1 stable 122.0", "2 canary 1022.0", "2 1022.0");
                    }
                    return count;
                };
                callers.add(threads.submit(calls));
            }
            for (int swap = 1; swap <= 8; swap++) {
                apply(CANARY.formatted(100 - swap * 10, swap * 10)).statusCode(200);
                deployments.rollback("m", 0, 0);
            }
            deployments.remove("m");
            apply(CANARY.formatted(0, 100)).statusCode(200);
            stop.set(true);
            for (Future<Integer> caller : callers) {
                assertThat(caller.get()).isPositive();
            }
        }
    }

    @Test
    void whatDoesNotFitIsRefusedWithEveryFaultAndNothingIsApplied() {
        ModelFiles.publish(models, "wide", "1", OnnxModels.linear(0, 1, 1, 1), "");
        catalog.refresh();
        String wide = """
                kind: Deployment
                name: m
                arms:
                  - {name: stable, model: m, version: "1", weight: 90}
                  - {name: gone, model: m, version: "7", weight: 5}
                  - {name: wide, model: wide, weight: 5}
                """;
        given().contentType("application/json")
                .body(Map.of(
                        "files",
                        List.of(
                                Map.of(
                                        "path",
                                        "good.yaml",
                                        "content",
                                        CANARY.formatted(90, 10).replace("name: m\n", "name: n\n")),
                                Map.of("path", "d.yaml", "content", wide))))
                .post("/v1/pipelines")
                .then()
                .statusCode(400)
                .body("reason", equalTo("INVALID_DEFINITION"))
                .body("errors.where", everyItem(equalTo("d.yaml:2")))
                .body(
                        "errors.what",
                        hasItem(containsString("arm 'gone': model 'm' version '7' is not in the repository")))
                .body(
                        "errors.what",
                        hasItem(containsString(
                                "arm 'wide' takes [input FP32 [-1, 3]], arm 'stable' [input FP32 [-1, 2]]")));
        given().get("/v1/deployments/n").then().statusCode(404).body("reason", equalTo("DEPLOYMENT_NOT_FOUND"));
    }

    /** An ensemble that gives what version 2 gives and 5,000 more. */
    private static final String ENSEMBLE = """
            kind: Ensemble
            name: e
            version: "3"
            inputs:
              - {name: input, datatype: FP32, shape: [-1, 2], columns: [{feature: "v:a", impute: 0.0}, {request: x}]}
            outputs:
              - {name: output, datatype: FP32, shape: [-1, 1]}
            steps:
              - {name: base, model: {name: m, version: "2"}, inputs: {input: input}, outputs: {output: score}}
              - {name: more, compute: [{name: output, datatype: FP32, expressions: ["score + 5000.0"]}]}
            prediction: {output: output, column: 0}
            """;

    @Test
    void anEnsembleIsAnArmAndAShadowLikeAModel() {
        apply(ENSEMBLE).statusCode(200);
        try {
            apply(CANARY.formatted(50, 50).replace("model: m, version: \"2\"", "model: e, version: \"4\""))
                    .statusCode(400)
                    .body("errors.what", hasItem(containsString("arm 'canary': ensemble 'e' is of version 3, not 4")));
            apply(CANARY.formatted(50, 50).replace("model: m, version: \"2\"", "model: e"))
                    .statusCode(200);
            assertThat(IntStream.range(0, 40).mapToObj(this::infer).distinct())
                    .containsExactlyInAnyOrder("1 stable 122.0", "3 canary 6022.0");
            given().get("/v2/models/m/ready").then().statusCode(200);

            apply(CANARY.formatted(100, 0).replace("model: m, version: \"2\"", "model: e")
                            + "shadow: [{name: next, model: e}]\n")
                    .statusCode(200);
            assertThat(infer(1)).isEqualTo("1 stable 122.0");
            post("{\"user\":\"u\",\"x\":1.0}").statusCode(200).body("predictions[0].prediction", equalTo(112.0f));
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> given().get("/v1/deployments/m")
                    .then()
                    .body("shadows[0].rows", equalTo(2))
                    .body("shadows[0].errors", equalTo(0)));

            apply(CANARY.formatted(0, 100).replace("model: m, version: \"2\"", "model: e"))
                    .statusCode(200);
            post("{\"user\":\"u\",\"x\":1.0}")
                    .statusCode(200)
                    .body("predictions[0].prediction", equalTo(6012.0f))
                    .body("predictions[0].deployment.arm", equalTo("canary"))
                    .body("predictions[0].deployment.model.name", equalTo("e"))
                    .body("predictions[0].deployment.model.version", equalTo("3"));
            given().get("/v2/models/m").then().body("platform", equalTo("onnxruntime_onnx"));
        } finally {
            given().delete("/v1/ensembles/e").then().statusCode(204);
        }
        given().contentType("application/json")
                .body("{}")
                .post("/v1/deployments/m/rollback")
                .then()
                .statusCode(412)
                .body("reason", equalTo("MODEL_NOT_SERVING"))
                .body("detail", containsString("arm 'canary': model 'e' is not in the repository"));
    }

    @Test
    void aPlanSaysWhatWouldDifferAndAnApplyOfTheSameChangesNothing() {
        apply(CANARY.formatted(90, 10)).body("outcomes[0].change", equalTo("created"));
        apply(CANARY.formatted(90, 10)).body("outcomes[0].change", equalTo("unchanged"));
        assertThat(pipelines.plan(List.of(new DefinitionFile("d.yaml", CANARY.formatted(80, 20))), List.of()))
                .singleElement()
                .satisfies(outcome ->
                        assertThat(outcome.fields()).containsExactly("arms.canary.weight", "arms.stable.weight"));
        given().get("/v1/deployments/m").then().body("revision", equalTo(1)).body("revisions.size()", equalTo(1));
    }

    @Test
    void theArmsAreMeasured() {
        apply(CANARY.formatted(0, 100));
        infer(1);
        String metrics = given().baseUri("http://127.0.0.1:" + setting("quarkus.management.test-port"))
                .get("/q/metrics")
                .asString();
        assertThat(metrics)
                .contains("millrace_inference_deployment_calls_total{arm=\"canary\",deployment=\"m\"} 1.0")
                .contains("millrace_inference_deployment_duration_seconds_count{arm=\"canary\",deployment=\"m\"} 1");
    }

    private static double weight(DefinitionCatalog replica) {
        return replica.find(Deployment.class, "m")
                .orElseThrow()
                .arms()
                .getFirst()
                .weight();
    }

    private static ValidatableResponse apply(String yaml) {
        return given().contentType("application/json")
                .body(Map.of("files", List.of(Map.of("path", "d.yaml", "content", yaml))))
                .post("/v1/pipelines")
                .then();
    }

    /** The arm that a request to the pipeline with this id went to. */
    private static String armOfRequest(String id) {
        return post("{\"id\":\"" + id + "\",\"rows\":[{\"user\":\"u\",\"x\":1.0}]}")
                .statusCode(200)
                .body("id", equalTo(id))
                .extract()
                .path("predictions[0].deployment.arm");
    }

    /** Version, arm and output of a call with this id. */
    private String infer(int id) {
        var answer = given().contentType("application/json")
                .body("{\"id\":\"" + id
                        + "\",\"inputs\":[{\"name\":\"input\",\"shape\":[1,2],\"datatype\":\"FP32\",\"data\":[2,2]}]}")
                .post("/v2/models/m/infer")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        String arm = answer.getString("parameters.arm");
        return answer.getString("model_version") + (arm == null ? "" : " " + arm) + " "
                + answer.getDouble("outputs[0].data[0]");
    }
}
