package io.millrace.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelFile;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.Column;
import io.millrace.inference.domain.ModelDefinition.Engine;
import io.millrace.inference.domain.ModelDefinition.Input;
import io.millrace.inference.domain.ModelDefinition.Output;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.domain.ModelServing;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.sample.XgboostModels;
import io.millrace.inference.sample.XgboostModels.Node;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class XgboostConversionTest {
    private static final float NAN = Float.NaN;

    /** x0 < 0.5 ? (x1 < -1 ? 0.1 : 0.2) : 0.4; missing goes right at the root, left below. */
    private static final String TREE = XgboostModels.tree(
            Node.split(0, 0.5f, false, 1, 2),
            Node.split(1, -1f, true, 3, 4),
            Node.leaf(0.4f),
            Node.leaf(0.1f),
            Node.leaf(0.2f));

    private final Engines engines = new Engines(Optional.empty());

    @ParameterizedTest
    @CsvSource({
        "binary.json, binary",
        "binary.ubj, binary",
        "base.json, base",
        "reg.ubj, reg",
        "multi.json, multi",
        "poisson.json, poisson",
        "raw.json, raw"
    })
    void modelsOfXgboostItselfAnswerWhatXgboostAnswers(String file, String name) throws Exception {
        JsonNode golden = new ObjectMapper().readTree(resource("golden.json"));
        try (LoadedModel model = load(resource(file))) {
            JsonNode rows = golden.get("rows");
            for (int row = 0; row < rows.size(); row++) {
                float[] values = new float[rows.get(row).size()];
                for (int i = 0; i < values.length; i++) {
                    JsonNode value = rows.get(row).get(i);
                    values[i] = value.isNull() ? NAN : value.floatValue();
                }
                double[] got = answer(model, values.length, values);
                JsonNode expected = golden.get("predictions").get(name).get(row);
                for (int i = 0; i < got.length; i++) {
                    double wanted = (expected.isArray() ? expected.get(i) : expected).doubleValue();
                    assertThat(got[i])
                            .as("%s row %d column %d", file, row, i)
                            .isCloseTo(wanted, within(1e-6 * Math.max(1, Math.abs(wanted))));
                }
            }
        }
    }

    @Test
    void missingValuesGoWhereTheTreeSendsThemAndValuesAtAThresholdGoRight() throws Exception {
        try (LoadedModel model = load(XgboostModels.json("reg:squarederror", "1E1", 2, TREE))) {
            assertThat(answer(model, 2, 0.5f, 0f, Math.nextDown(0.5f), -1f, 0f, Math.nextDown(-1f), NAN, -5f, 0f, NAN))
                    .containsExactly(10f + 0.4f, 10f + 0.2f, 10f + 0.1f, 10f + 0.4f, 10f + 0.1f);
        }
    }

    @Test
    void thresholdsAreComparedAsFloats() throws Exception {
        // As a double, 0.1f is more than 0.1; as the float that XGBoost means it is equal, and goes right.
        String tree = XgboostModels.tree(Node.split(0, 0.1f, true, 1, 2), Node.leaf(-1), Node.leaf(1));
        try (LoadedModel model = load(XgboostModels.json("reg:squarederror", "0", 1, tree))) {
            assertThat(answer(model, 1, 0.1f, Math.nextDown(0.1f))).containsExactly(1, -1);
        }
    }

    @Test
    void theBaseScoreIsAProbabilityWhereTheObjectiveGivesOne() throws Exception {
        String nothing = XgboostModels.tree(Node.leaf(0));
        try (LoadedModel model = load(XgboostModels.json("binary:logistic", "[2.5E-1]", 1, nothing))) {
            assertThat(answer(model, 1, 3)[0]).isCloseTo(0.25, within(1e-7));
        }
        try (LoadedModel model = load(XgboostModels.json("binary:logitraw", "2.5E-1", 1, nothing))) {
            assertThat(answer(model, 1, 3)[0]).isEqualTo(0.25);
        }
        try (LoadedModel model = load(XgboostModels.json("count:poisson", "2.5E-1", 1, nothing))) {
            assertThat(answer(model, 1, 3)[0]).isCloseTo(0.25, within(1e-7));
        }
    }

    @Test
    void sumsOfManyTreesAreXgboostsToTheBit() throws Exception {
        var random = new Random(5);
        String[] trees = new String[300];
        float[] leaves = new float[trees.length * 2];
        float[] thresholds = new float[trees.length];
        for (int i = 0; i < trees.length; i++) {
            thresholds[i] = (float) random.nextGaussian();
            leaves[2 * i] = (float) random.nextGaussian() * 100;
            leaves[2 * i + 1] = (float) random.nextGaussian() * 0.01f;
            trees[i] = XgboostModels.tree(
                    Node.split(0, thresholds[i], true, 1, 2), Node.leaf(leaves[2 * i]), Node.leaf(leaves[2 * i + 1]));
        }
        try (LoadedModel model = load(XgboostModels.json("reg:squarederror", "1234.5E0", 1, trees))) {
            for (int row = 0; row < 50; row++) {
                float x = (float) random.nextGaussian();
                float sum = 1234.5f;
                for (int i = 0; i < trees.length; i++) {
                    sum += leaves[2 * i + (x < thresholds[i] ? 0 : 1)];
                }
                assertThat(answer(model, 1, x)).containsExactly(sum);
            }
        }
    }

    @Test
    void classesAreChosenOrGivenAsProbabilities() throws Exception {
        String low = XgboostModels.tree(Node.split(0, 0f, true, 1, 2), Node.leaf(2), Node.leaf(0));
        String high = XgboostModels.tree(Node.split(0, 1f, true, 1, 2), Node.leaf(0), Node.leaf(3));
        String none = XgboostModels.tree(Node.leaf(0.5f));
        try (LoadedModel model = load(XgboostModels.classes("multi:softmax", 3, 1, low, none, high))) {
            assertThat(answer(model, 1, -1, 0.5f, 2)).containsExactly(0, 1, 2);
        }
        try (LoadedModel model = load(XgboostModels.classes("multi:softprob", 3, 1, low, none, high))) {
            double all = Math.exp(2) + Math.exp(0.5) + 1;
            assertThat(answer(model, 1, -1))
                    .containsExactly(new double[] {Math.exp(2) / all, Math.exp(0.5) / all, 1 / all}, within(1e-6));
        }
    }

    @Test
    void whatIsNotConvertedIsRefusedByName() {
        String model = json(XgboostModels.json("reg:squarederror", "0", 2, TREE));
        refused(ModelFault.NOT_CONVERTIBLE, model.replace("\"gbtree\"", "\"dart\""), "booster 'dart'");
        refused(ModelFault.NOT_CONVERTIBLE, model.replace("\"gbtree\"", "\"gblinear\""), "booster 'gblinear'");
        refused(ModelFault.NOT_CONVERTIBLE, model.replace("reg:squarederror", "survival:cox"), "'survival:cox'");
        refused(
                ModelFault.NOT_CONVERTIBLE,
                model.replace("\"split_type\":[0,0,0,0,0]", "\"split_type\":[1,0,0,0,0]"),
                "categorical splits are not converted");
        refused(
                ModelFault.NOT_CONVERTIBLE,
                model.replace("\"size_leaf_vector\":\"1\"", "\"size_leaf_vector\":\"3\""),
                "leaves are vectors");
        refused(
                ModelFault.NOT_CONVERTIBLE,
                model.replace("\"num_target\":\"1\"", "\"num_target\":\"2\""),
                "several targets");
        refused(ModelFault.NOT_CONVERTIBLE, json(XgboostModels.json("reg:squarederror", "0", 2)), "without trees");
    }

    @Test
    void whatIsBrokenIsRefused() {
        String model = json(XgboostModels.json("reg:squarederror", "0", 2, TREE));
        refused(ModelFault.NOT_THIS_FORMAT, "{}", "'learner' is missing");
        refused(ModelFault.NOT_THIS_FORMAT, "[1]", "it is no object");
        refused(ModelFault.NOT_THIS_FORMAT, "", "it is empty");
        refused(ModelFault.NOT_THIS_FORMAT, model.substring(0, model.length() / 2), "save_model");
        refused(ModelFault.NOT_THIS_FORMAT, model + "{}", "behind its end");
        refused(
                ModelFault.NOT_THIS_FORMAT,
                model.replace("\"left_children\":[1,", "\"left_children\":[0,"),
                "no tree at node 0");
        refused(
                ModelFault.NOT_THIS_FORMAT,
                model.replace("\"left_children\":[1,", "\"left_children\":[9,"),
                "no tree at node 9");
        refused(
                ModelFault.NOT_THIS_FORMAT,
                model.replace("\"split_indices\":[0,", "\"split_indices\":[2,"),
                "feature 2 of 2");
        refused(ModelFault.NOT_THIS_FORMAT, model.replace("\"tree_info\":[0]", "\"tree_info\":[1]"), "output 1 of 1");
        refused(
                ModelFault.NOT_THIS_FORMAT,
                model.replace("\"default_left\":[0,", "\"default_left\":["),
                "'default_left' has 4 elements");
        refused(ModelFault.NOT_THIS_FORMAT, "[".repeat(100), "save_model");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{L\u007f\u007f\u007f\u007f\u007f\u007f\u007f\u007f",
                "{i\u0001a[$d#l\u007f\u007f\u007f\u007f",
                "{i\u0001a[#i\u0005",
                "{i\u0001aS"
            })
    void ubjsonThatSaysMoreThanItHoldsIsRefusedAtOnce(String text) {
        refused(ModelFault.NOT_THIS_FORMAT, text, "save_model");
    }

    @Test
    void anOnnxFileIsNoModelOfXgboost() {
        refused(ModelFault.NOT_THIS_FORMAT, "\b\u0007\u0012", "save_model");
    }

    @Test
    void columnsThatAreSwappedAreSeenByTheirNames() throws Exception {
        String model = json(XgboostModels.json("reg:squarederror", "0", 2, TREE))
                .replace("\"feature_names\":[]", "\"feature_names\":[\"mean\",\"distance\"]");
        Column mean = new Column.Feature("delays:mean", java.util.OptionalDouble.of(0));
        Column distance = new Column.Request("distance");
        engines.load(file(bytes(model), List.of(mean, distance))).close();
        engines.load(file(bytes(model), List.of(new Column.Request("x"), new Column.Request("y"))))
                .close();
        assertThatExceptionOfType(ModelRefusedException.class)
                .isThrownBy(() -> engines.load(file(bytes(model), List.of(distance, mean))))
                .withMessageContaining("SIGNATURE_MISMATCH: feature 'mean' is number 0 in the file, but column 1");
        assertThatExceptionOfType(ModelRefusedException.class)
                .isThrownBy(() -> engines.load(file(bytes(model), List.of(mean))))
                .withMessageContaining("has 2 columns, declared are 1");
    }

    private LoadedModel load(byte[] content) throws ModelRefusedException {
        return engines.load(file(content, List.of()));
    }

    private static ModelFile file(byte[] content, List<Column> columns) {
        var definition = new ModelDefinition(
                "m",
                "1",
                Engine.XGBOOST,
                "model.json",
                "digest",
                OptionalLong.empty(),
                columns.isEmpty() ? List.of() : List.of(new Input("input", TensorType.FLOAT32, columns)),
                columns.isEmpty() ? Optional.empty() : Optional.of(new Output("output", 0)),
                ModelServing.UNSAID);
        return new ModelFile(definition, ByteBuffer.wrap(content));
    }

    /** All numbers of the answers to rows that stand behind each other. */
    private static double[] answer(LoadedModel model, int features, float... values) {
        ByteBuffer data = ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            data.putFloat(value);
        }
        Tensor output = model.infer(List.of(new Tensor(
                        "input",
                        Datatype.FP32,
                        List.of((long) (values.length / features), (long) features),
                        data.flip())))
                .outputs()
                .getFirst();
        double[] numbers = new double[output.elements()];
        Arrays.setAll(numbers, i -> output.number(i).doubleValue());
        return numbers;
    }

    private void refused(ModelFault fault, String content, String words) {
        assertThatExceptionOfType(ModelRefusedException.class)
                .isThrownBy(() -> load(bytes(content)))
                .satisfies(e -> {
                    assertThat(e.fault()).isEqualTo(fault);
                    assertThat(e.getMessage()).contains(words);
                });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String json(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(XgboostConversionTest.class.getResourceAsStream("/xgboost/" + name), name)) {
            return in.readAllBytes();
        }
    }
}
