package io.millrace.inference.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.definitions.DefinitionFile;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.ensemble.EnsembleUse;
import io.millrace.inference.app.ensemble.Ensembles;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An ensemble is applied, called as a model over the wire, and scores for a pipeline. */
@QuarkusTest
@TestProfile(PredictingService.Settings.class)
class EnsembleTest extends OipService {
    private static final String ENSEMBLE = """
        kind: Ensemble
        name: clipped
        version: "3"
        inputs:
          - {name: row, datatype: FP32, columns: [{feature: "v:a", impute: 0.0}, {request: x}]}
        outputs:
          - {name: final, datatype: FP64}
          - {name: words, datatype: BYTES}
        steps:
          - {name: base, model: {name: raw}, inputs: {input: row}, outputs: {output: score}}
          - {name: again, model: {name: raw}, inputs: {input: row}, outputs: {output: same}}
          - name: clip
            compute:
              - {name: final, datatype: FP64, expression: "math.least(score, 30.0)"}
              - {name: words, datatype: BYTES, expression: "score == same ? 'same' : 'versions were mixed'"}
              - {name: whole, datatype: INT64, expression: "100 / int(row[0])"}
        prediction: {output: final}
        """;
    private static final String PIPELINE = """
        kind: Pipeline
        name: q
        input: {topic: ensemble.in, timestamp: {field: time, unit: us}}
        key: user
        entity: {user_id: user}
        request: {x: double}
        features: ["v:a"]
        model: {name: clipped}
        output: {topic: ensemble.out}
        """;
    private static final String ROWS =
            "{\"inputs\":[{\"name\":\"row\",\"shape\":[%d,2],\"datatype\":\"FP32\",\"data\":%s}]}";

    @Inject
    Ensembles ensembles;

    @BeforeEach
    void apply() {
        pipelines.apply(List.of(new DefinitionFile("ensemble.yaml", ENSEMBLE), new DefinitionFile("q.yaml", PIPELINE)));
    }

    @AfterEach
    void remove() {
        pipelines.remove("q");
        ensembles
                .list()
                .forEach(ensemble ->
                        send(request("v1/ensembles/" + ensemble.name()).DELETE()));
        assertThat(get("v1/ensembles").body()).isEqualTo("{\"ensembles\":[]}");
    }

    @Test
    void itIsListedAndRemoved() {
        is(get("v1/ensembles"), 200, """
            {"ensembles":[{"name":"clipped","version":"3","models":["raw"]}]}\
            """);
        assertThat(send(request("v1/ensembles/clipped").DELETE()).statusCode()).isEqualTo(204);
        assertThat(send(request("v1/ensembles/clipped").DELETE()).statusCode()).isEqualTo(404);
        is(get("v2/models/clipped"), 404, "{\"error\":\"no model, ensemble or pipeline is called 'clipped'\"}");
    }

    @Test
    void itIsAModelForClients() {
        is(get("v2/models/clipped"), 200, """
            {"name":"clipped","versions":["3"],"platform":"ensemble",\
            "inputs":[{"name":"row","datatype":"FP32","shape":[-1,2]}],\
            "outputs":[{"name":"final","datatype":"FP64","shape":[-1]},{"name":"words","datatype":"BYTES","shape":[-1]}]}\
            """);
        is(get("v2/models/clipped/versions/3/ready"), 200, "{\"name\":\"clipped\",\"ready\":true}");
        assertThat(get("v2/models/clipped/config").body())
                .startsWith("{\"name\":\"clipped\",\"platform\":\"ensemble\",\"backend\":\"\",\"max_batch_size\":10000")
                .endsWith("""
                    "ensemble_scheduling":{"step":[\
                    {"model_name":"raw","model_version":-1,"input_map":{"input":"row"},"output_map":{"output":"score"}},\
                    {"model_name":"raw","model_version":-1,"input_map":{"input":"row"},"output_map":{"output":"same"}}]}}\
                    """);
        assertThat(get("v2/models/raw/config").body()).doesNotContain("ensemble_scheduling");
        is(get("v2/models/clipped/versions/4"), 404, """
            {"error":"ensemble 'clipped' is of version 3, asked for was 4"}\
            """);
        is(post("v2/models/clipped/infer", ROWS.formatted(3, "[1,1,0.5,0,1,2]")), 200, """
            {"model_name":"clipped","model_version":"3","outputs":[\
            {"name":"final","datatype":"FP64","shape":[3],"data":[22.0,1.0,30.0]},\
            {"name":"words","datatype":"BYTES","shape":[3],"data":["same","same","same"]}]}\
            """);
        JsonPath stats = JsonPath.from(get("v2/models/clipped/stats").body()).setRootPath("model_stats[0]");
        assertThat(stats.getString("version")).isEqualTo("3");
        assertThat(stats.getLong("inference_count")).isEqualTo(3);
        assertThat(stats.getLong("inference_stats.success.count")).isEqualTo(1);
        assertThat(post("v2/repository/index", "").body())
                .contains("{\"name\":\"clipped\",\"version\":\"3\",\"state\":\"READY\",\"reason\":\"\"}");
        assertThat(post("v2/repository/models/clipped/unload", "").body()).contains("is an ensemble");
    }

    @Test
    void requestsAreCheckedAndFaultsNameTheStep() {
        assertThat(post("v2/models/clipped/infer", ROWS.formatted(1, "[1,2]").replace("FP32", "FP64"))
                        .body())
                .contains("input 'row' is FP64, ensemble 'clipped' takes FP32");
        assertThat(post(
                                "v2/models/clipped/infer",
                                ROWS.formatted(2, "[1,1,0.5,1]").replace("row", "rows"))
                        .body())
                .contains("takes no input 'rows', but [row]");
        pipelines.apply(List.of(new DefinitionFile(
                "e.yaml",
                ENSEMBLE.replace("clipped", "strict")
                        .replace(
                                "final, datatype: FP64}",
                                "final, datatype: FP64}\n  - {name: whole, datatype: INT64}"))));
        is(post("v2/models/strict/infer", ROWS.formatted(2, "[1,1,0.5,1]")), 400, """
            {"error":"step 'clip': row 1 of 'whole' cannot be computed: '100 / int(row[0])' gives nothing"}\
            """);
    }

    @Test
    void itIsNotReadyWithoutItsModels() {
        post("v2/repository/models/raw/unload", "");
        is(get("v2/models/clipped/ready"), 503, "{\"name\":\"clipped\",\"ready\":false}");
        is(post("v2/models/clipped/infer", ROWS.formatted(1, "[1,2]")), 503, """
            {"error":"step 'base': no version of model 'raw' serves: it was unloaded"}\
            """);
        post("v2/repository/models/raw/load", "");
        assertThat(get("v2/models/clipped/ready").status()).isEqualTo(200);
    }

    @Test
    void oneCallSeesOneVersionOfEachModelUntilItsEnd() {
        ByteBuffer row = ByteBuffer.wrap(floats(1, 1));
        var input = new Tensor("row", Datatype.FP32, List.of(1L, 2L), row);
        try (EnsembleUse held = ensembles.use("clipped", Optional.empty())) {
            ModelFiles.publish(models, "raw", "3", OnnxModels.linear(1, 1, 1), "");
            catalog.refresh();
            var deadline = new Deadline(Duration.ofSeconds(20));
            assertThat(held.infer(List.of(input), 1, deadline)
                            .outputs()
                            .getFirst()
                            .data()
                            .getDouble())
                    .isEqualTo(22);
            try (EnsembleUse next = ensembles.use("clipped", Optional.empty())) {
                assertThat(next.infer(List.of(input), 1, deadline)
                                .outputs()
                                .getFirst()
                                .data()
                                .getDouble())
                        .isEqualTo(3);
                assertThat(next.identity().digest())
                        .isNotEqualTo(held.identity().digest());
            }
        }
        ModelFiles.delete(models.resolve("raw").resolve("3"));
        catalog.refresh();
    }

    @Test
    void aPipelineIsScoredByIt() {
        is(post("v2/models/q/infer", """
            {"inputs":[{"name":"user","datatype":"BYTES","shape":[2],"data":["u","nobody"]},
                       {"name":"x","datatype":"FP64","shape":[2],"data":[2.5,0.25]}]}\
            """), 200, """
            {"model_name":"q","model_version":"3","outputs":[{"name":"prediction","datatype":"FP64","shape":[2],"data":[30.0,5.0]}]}\
            """);
        Refusal refusal = refused(PIPELINE.replace("features: [\"v:a\"]", "features: []"));
        assertThat(refusal.details().getFirst().what())
                .isEqualTo("pipeline 'q': model 'clipped' version '3' takes feature 'v:a', which the pipeline does not"
                        + " list");
    }

    @Test
    void whatDoesNotFitIsRefusedWithEveryLine() {
        Refusal refusal = refused(ENSEMBLE.replace(
                        "model: {name: raw}, inputs: {input: row}, outputs: {output: same}",
                        "model: {name: rew}, inputs: {input: row}, outputs: {output: same}")
                .replace("outputs: {output: score}", "outputs: {outputs: score}"));
        assertThat(refusal.details())
                .extracting(Refusal.Detail::what)
                .containsExactly(
                        "ensemble 'clipped': step 'again': model 'rew' is not in the repository; did you mean 'raw'?",
                        "ensemble 'clipped': step 'base': model 'raw' gives no 'outputs', but [output]; did you mean"
                                + " 'output'?");
        assertThat(refusal.details().get(0).where()).startsWith("refused.yaml:11");
        assertThat(refusal.details().get(1).where()).startsWith("refused.yaml:10");
        assertThat(refused(ENSEMBLE.replace("name: clipped", "name: raw"))
                        .details()
                        .getFirst()
                        .what())
                .isEqualTo("ensemble 'raw': there is a model of that name");
    }

    @Test
    void aStepRunsAModelAndNothingElse() {
        pipelines.apply(List.of(new DefinitionFile("split.yaml", """
                kind: Deployment
                name: split
                arms: [{name: all, model: raw}]
                """)));
        try {
            String outer = ENSEMBLE.replace("name: clipped", "name: outer");
            assertThat(refused(outer.replaceFirst("model: \\{name: raw}", "model: {name: clipped}"))
                            .details()
                            .getFirst()
                            .what())
                    .isEqualTo(
                            "ensemble 'outer': step 'base': model 'clipped' is not in the repository; 'clipped' is an"
                                    + " ensemble, and steps run models alone");
            assertThat(refused(outer.replaceFirst("model: \\{name: raw}", "model: {name: q}"))
                            .details()
                            .getFirst()
                            .what())
                    .endsWith("'q' is a pipeline, and steps run models alone");
            assertThat(refused(outer.replaceFirst("model: \\{name: raw}", "model: {name: split}"))
                            .details()
                            .getFirst()
                            .what())
                    .endsWith("'split' is a deployment, and steps run models alone: let a deployment's arms be"
                            + " ensembles");
        } finally {
            send(request("v1/deployments/split").DELETE());
        }
    }

    @Test
    void itsPredictionsAreMadeAgainWithTheVersionsThatItsStepsRan() throws Exception {
        String ensemble = ENSEMBLE.replace("name: clipped", "name: remade")
                .replace(
                        "columns: [{feature: \"v:a\", impute: 0.0}, {request: x}]",
                        "columns: [{request: x}, {request: y}]");
        String pipeline = """
                kind: Pipeline
                name: remade-pipeline
                input: {topic: remade.in, timestamp: {field: time, unit: us}}
                key: user
                request: {x: double, y: double}
                model: {name: remade}
                output: {topic: remade.out}
                """;
        pipelines.apply(List.of(new DefinitionFile("e.yaml", ensemble), new DefinitionFile("p.yaml", pipeline)));
        try {
            JsonPath event =
                    JsonPath.from(streamed("remade", "{\"user\": \"u\", \"x\": 0.1, \"y\": 0.7, \"time\": 77}"));
            assertThat(event.getList("model.steps.version")).isEqualTo(List.of("2", "2"));
            assertThat(event.getString("model.steps[0].name")).isEqualTo("raw");
            assertThat(event.getString("model.steps[0].digest")).hasSize(64);
            assertThat(event.getString("model.engine")).startsWith("onnxruntime ");
            ModelFiles.publish(models, "raw", "3", OnnxModels.linear(9, 9, 9), "");
            catalog.refresh();
            assertThat(replayed().getString("replays[0].outcome")).isEqualTo("same");

            pipelines.apply(List.of(new DefinitionFile("e.yaml", ensemble + "# a remark\n")));
            JsonPath remarked = replayed();
            assertThat(remarked.getString("replays[0].outcome")).isEqualTo("same");
            assertThat(remarked.getString("replays[0].remarks")).contains("ensemble 'remade' was changed since");

            pipelines.apply(List.of(new DefinitionFile("e.yaml", ensemble.replace("30.0", "3.0"))));
            JsonPath changed = replayed();
            assertThat(changed.getString("replays[0].outcome")).isEqualTo("different");
            assertThat(changed.getList("replays[0].differences.what", String.class))
                    .containsExactlyInAnyOrder("ensemble", "prediction");

            pipelines.apply(List.of(new DefinitionFile("e.yaml", ensemble)));
            ModelFiles.publish(models, "raw", "2", OnnxModels.linear(7, 7, 7), "");
            assertThat(replayed().getList("replays[0].differences.what", String.class))
                    .containsExactlyInAnyOrder("model", "model", "prediction");
        } finally {
            pipelines.remove("remade-pipeline");
            ModelFiles.delete(models.resolve("raw").resolve("3"));
            catalog.refresh();
        }
    }

    private JsonPath replayed() {
        var answer = given().contentType("application/json")
                .body("{\"predictions\":[\"remade.out-0-0\"]}")
                .post("/v1/predictions/replay")
                .then()
                .statusCode(200);
        return answer.extract().jsonPath();
    }

    private Refusal refused(String yaml) {
        Refusal refusal = catchThrowableOfType(
                Refusal.class, () -> pipelines.apply(List.of(new DefinitionFile("refused.yaml", yaml))));
        assertThat(refusal.reason()).isEqualTo(InferenceReason.INVALID_DEFINITION);
        return refusal;
    }
}
