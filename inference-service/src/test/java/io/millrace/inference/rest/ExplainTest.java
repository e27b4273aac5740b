package io.millrace.inference.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.millrace.definitions.DefinitionFile;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.inference.sample.TreeModels;
import io.millrace.proto.inference.v1.Contribution;
import io.millrace.proto.inference.v1.Contributions;
import io.millrace.proto.inference.v1.ExplainServiceGrpc;
import io.millrace.proto.inference.v1.ExplainServiceGrpc.ExplainServiceBlockingStub;
import io.millrace.proto.inference.v1.GetImportanceRequest;
import io.millrace.proto.inference.v1.GetModelCardRequest;
import io.millrace.proto.inference.v1.Prediction;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Contributions at the wire. */
@QuarkusTest
@TestProfile(PredictingService.Settings.class)
class ExplainTest extends PredictingService {
    private static final String ROW = "{\"user\": \"u\", \"x\": 2.5}";

    private ExplainServiceBlockingStub insights;

    @BeforeEach
    void connect() {
        insights = ExplainServiceGrpc.newBlockingStub(channel()).withDeadlineAfter(Duration.ofSeconds(60));
    }

    private static JsonPath explained(String how, String body) {
        return given().contentType("application/json")
                .body(body)
                .post("/v1/pipelines/p/predict" + how)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private void publish(ModelProto model) {
        ModelFiles.publish(models, "m", "1", model, ModelFiles.TWO_COLUMNS);
        catalog.refresh();
    }

    @Test
    void aLinearModelIsExplainedExactlyAgainstWhatItImputes() {
        JsonPath answer = explained("?explain=true", ROW);
        Map<String, Object> first = answer.getMap("predictions[0].contributions");
        assertThat(first)
                .containsEntry("method", "linear")
                .containsEntry("exact", true)
                .containsEntry("scale", "prediction")
                .containsEntry("link", "identity")
                .doesNotContainKey("errors");
        // 100 + 1 · 0.5 where nothing is known: v:a is imputed with 0.5, x stands in with 0.
        assertThat(answer.getDouble("predictions[0].contributions.base")).isEqualTo(100.5);
        assertThat(answer.getMap("predictions[0].contributions.values")).isEqualTo(Map.of("x", 25.0f, "v:a", 1.5f));
        assertThat(answer.getDouble("predictions[0].contributions.sum")).isEqualTo(127);
    }

    @Test
    void theLargestAreGivenFirstAndTheOthersTogether() {
        JsonPath answer = explained("", "{\"rows\": [" + ROW + ", " + ROW + "], \"explain\": 1}");
        assertThat(answer.getMap("predictions[1].contributions.values")).isEqualTo(Map.of("x", 25.0f));
        assertThat(answer.getDouble("predictions[1].contributions.others")).isEqualTo(1.5);
        post(ROW).body("predictions[0].contributions", nullValue());
    }

    @Test
    void grpcGivesTheSame() {
        Prediction prediction = stub.predict(
                        request("u", 2.5, 0).toBuilder().setExplain(true).build())
                .getPredictions(0);
        Contributions contributions = prediction.getContributions();
        assertThat(contributions.getMethod()).isEqualTo(Contributions.Method.METHOD_LINEAR);
        assertThat(contributions.getLink()).isEqualTo(Contributions.Link.LINK_IDENTITY);
        assertThat(contributions.getValuesList())
                .extracting(Contribution::getColumn)
                .containsExactly("x", "v:a");
        assertThat(sum(contributions)).isCloseTo(prediction.getPrediction(), within(1e-9));
        assertThat(stub.predict(request("u", 2.5, 0)).getPredictions(0).hasContributions())
                .isFalse();
        assertThat(stub.predict(request("u", 2.5, 0).toBuilder()
                                .setLargestContributions(1)
                                .build())
                        .getPredictions(0)
                        .getContributions()
                        .getValuesList())
                .hasSize(1);
    }

    private static double sum(Contributions contributions) {
        return contributions.getBase()
                + contributions.getOthers()
                + contributions.getValuesList().stream()
                        .mapToDouble(Contribution::getValue)
                        .sum();
    }

    @Test
    void treesAreExplainedExactly() {
        publish(TreeModels.regressor(5, 2, 20, 4));
        for (double x : List.of(-1.5, -0.2, 0.4, 2.0)) {
            JsonPath answer = explained("?explain=all", "{\"user\": \"u\", \"x\": " + x + "}");
            assertThat(answer.getString("predictions[0].contributions.method")).isEqualTo("trees");
            assertThat(answer.getDouble("predictions[0].contributions.sum"))
                    .isCloseTo(answer.getDouble("predictions[0].prediction"), within(1e-6));
        }
    }

    @Test
    void anyOtherModelIsSampledTheSameEachTimeAndSaysHowFarItMayBeOff() {
        publish(OnnxModels.hidden());
        JsonPath once = explained("?explain=true", ROW);
        assertThat(once.getString("predictions[0].contributions.method")).isEqualTo("sampled");
        assertThat(once.getBoolean("predictions[0].contributions.exact")).isFalse();
        assertThat(once.getMap("predictions[0].contributions.errors")).containsOnlyKeys("v:a", "x");
        assertThat(once.getDouble("predictions[0].contributions.sum"))
                .isCloseTo(once.getDouble("predictions[0].prediction"), within(1e-6));
        assertThat(explained("?explain=true", ROW).getMap("predictions[0].contributions"))
                .isEqualTo(once.getMap("predictions[0].contributions"));
    }

    @Test
    void theStreamCarriesTheLargest() throws Exception {
        String pipeline = """
                kind: Pipeline
                name: explained
                input: {topic: explained.in, timestamp: {field: time, unit: us}}
                key: user
                entity: {user_id: user}
                request: {x: double}
                features: ["v:a"]
                contributions: 1
                model: {name: m}
                output: {topic: explained.out}
                """;
        pipelines.apply(List.of(new DefinitionFile("e.yaml", pipeline)));
        assertThat(streamed("explained", "{\"user\": \"u\", \"x\": 2.5, \"time\": 77}"))
                .contains(
                        "\"contributions\":{\"method\":\"linear\",\"exact\":true,\"scale\":\"prediction\",\"link\":\"identity\","
                                + "\"base\":100.5,\"values\":{\"x\":25.0},\"others\":1.5}");
    }

    /** 60 rows with v:a from 0 and x from 10 upwards, beside 100 + a + 10 x. */
    private void registered() {
        var rows = new StringBuilder("\"v:a\",x\n");
        for (int i = 0; i < 60; i++) {
            rows.append(i % 6).append(',').append(10 + i / 6).append('\n');
        }
        byte[] model = OnnxModels.linear(100, 1, 10).toByteArray();
        String yaml = ModelFiles.yaml(
                "m",
                "7",
                "model.onnx",
                ModelFiles.sha256(model),
                ModelFiles.TWO_COLUMNS + "reference: {file: rows.csv}\n");
        ModelFiles.publish(
                models,
                "m",
                "7",
                Map.of(
                        "model.yaml",
                        yaml.getBytes(StandardCharsets.UTF_8),
                        "model.onnx",
                        model,
                        "rows.csv",
                        rows.toString().getBytes(StandardCharsets.UTF_8)));
        catalog.refresh();
    }

    private static ValidatableResponse get(String path, String type) {
        return given().accept(type).get("/v1/models/m/versions" + path).then();
    }

    @Test
    void importanceAndDependenceAreOfTheRowsThatTheModelWasRegisteredWith() {
        registered();
        try {
            JsonPath importance = get("/7/importance", "application/json")
                    .statusCode(200)
                    .extract()
                    .jsonPath();
            assertThat(importance.getList("columns.column")).containsExactly("x", "v:a");
            assertThat(importance.getInt("rows")).isEqualTo(60);
            // x is 10 to 19 evenly: 2.5 from its mean on average, times 10; v:a is 0 to 5: 1.5.
            assertThat(importance.getDouble("columns[0].mean_absolute_contribution"))
                    .isCloseTo(25, within(1e-6));
            assertThat(importance.getDouble("columns[1].mean_absolute_contribution"))
                    .isCloseTo(1.5, within(1e-6));
            assertThat(importance.getDouble("columns[0].permutation")).isBetween(20.0, 45.0);
            JsonPath dependence = get("/7/dependence?column=x&points=3", "application/json")
                    .statusCode(200)
                    .extract()
                    .jsonPath();
            assertThat(dependence.getList("points.value", Double.class)).first().isEqualTo(10.0);
            assertThat(dependence.getDouble("points[0].mean")).isCloseTo(202.5, within(1e-4));
            // Contributions are measured against these rows, too.
            JsonPath answer = explained("?explain=true", ROW);
            assertThat(answer.getDouble("predictions[0].contributions.base")).isCloseTo(247.5, within(1e-4));
            refused(get("/7/dependence?column=y", "application/json"), 400, "INVALID_REQUEST");
            refused(get("/7/importance?rows=1", "application/json"), 400, "INVALID_REQUEST");
            refused(get("/1/importance", "application/json"), 412, "REFERENCE_MISSING");
            refused(get("/9/importance", "application/json"), 404, "MODEL_NOT_FOUND");
            assertThat(insights.getImportance(GetImportanceRequest.newBuilder()
                                    .setModel("m")
                                    .setVersion("7")
                                    .build())
                            .getColumns(0)
                            .getColumn())
                    .isEqualTo("x");
        } finally {
            ModelFiles.delete(models.resolve("m/7"));
            catalog.refresh();
        }
    }

    @Test
    void theCardSaysWhatIsKnownAndWhatIsNot() {
        registered();
        try {
            JsonPath card =
                    get("/7/card", "application/json").statusCode(200).extract().jsonPath();
            assertThat(card.getString("explained")).isEqualTo("exactly, as a linear model");
            assertThat(card.getInt("data.rows")).isEqualTo(60);
            assertThat(card.getString("columns[0].view")).isEqualTo("v");
            assertThat(card.getDouble("columns[1].most")).isEqualTo(19);
            assertThat(card.getList("metrics")).isEmpty();
            assertThat(card.getString("digest"))
                    .isEqualTo(ModelFiles.sha256(OnnxModels.linear(100, 1, 10).toByteArray()));
            String text =
                    get("/7/card", "text/markdown").statusCode(200).extract().asString();
            assertThat(text)
                    .startsWith("# m 7\n")
                    .contains("## Metrics\n\nNot measured.", "| v:a | feature | v | 0.500000 | 0.00000 | ")
                    .contains("no label stream has judged version 7");
            assertThat(get("/1/card", "text/markdown").extract().asString())
                    .contains("No rows of what it was made of are known");
            assertThat(insights.getModelCard(GetModelCardRequest.newBuilder()
                                    .setModel("m")
                                    .setVersion("7")
                                    .build())
                            .getMarkdown())
                    .isEqualTo(text);
        } finally {
            ModelFiles.delete(models.resolve("m/7"));
            catalog.refresh();
        }
    }

    @Test
    void whatCannotBeExplainedIsRefused() {
        refused(
                given().contentType("application/json")
                        .body(ROW)
                        .post("/v1/pipelines/p/predict?explain=some")
                        .then(),
                400,
                "INVALID_REQUEST");
        String rows = "{\"rows\": [" + (ROW + ", ").repeat(100) + ROW + "], \"explain\": true}";
        refused(post(rows), 400, "INVALID_REQUEST");
        post(rows.replace("\"explain\": true", "\"explain\": false"))
                .statusCode(200)
                .body("predictions.size()", is(101));
    }
}
