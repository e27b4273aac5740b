package io.millrace.inference.engine.form;

import static io.millrace.inference.sample.OnnxModels.node;
import static io.millrace.inference.sample.OnnxModels.tensor;
import static io.millrace.inference.sample.OnnxModels.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelFile;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.app.PredictionColumn;
import io.millrace.inference.app.explain.ModelReading;
import io.millrace.inference.app.explain.Rows;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.Column;
import io.millrace.inference.domain.ModelDefinition.Engine;
import io.millrace.inference.domain.ModelDefinition.Input;
import io.millrace.inference.domain.ModelDefinition.Output;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import io.millrace.inference.domain.ModelServing;
import io.millrace.inference.domain.explain.Link;
import io.millrace.inference.engine.Engines;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.inference.sample.TreeModels;
import io.millrace.inference.sample.XgboostModels;
import io.millrace.inference.sample.XgboostModels.Node;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read of files gives what the engine gives; what is not read says why. */
class OnnxReadingTest {
    private final Engines engines = new Engines(Optional.empty());

    private static ModelDefinition definition(Engine engine, TensorType type, int columns, int column) {
        var input = new Input(
                "input",
                type,
                IntStream.range(0, columns)
                        .mapToObj(i -> (Column) new Column.Feature("v:f" + i, OptionalDouble.of(0)))
                        .toList());
        return new ModelDefinition(
                "m",
                "1",
                engine,
                "model.onnx",
                "",
                OptionalLong.empty(),
                List.of(input),
                Optional.of(new Output("output", column)),
                ModelServing.UNSAID);
    }

    private LoadedModel load(ModelDefinition definition, byte[] content) {
        try {
            return engines.load(new ModelFile(definition, ByteBuffer.wrap(content)));
        } catch (ModelRefusedException e) {
            throw new AssertionError(e);
        }
    }

    private static double[] engine(LoadedModel model, ModelDefinition definition, double[][] rows) {
        return PredictionColumn.read(
                definition.output().orElseThrow(),
                model.infer(Rows.tensors(definition, rows)).outputs(),
                rows.length);
    }

    private static double[][] rows(long seed, int columns) {
        var random = new Random(seed);
        double[][] rows = new double[40][columns];
        for (double[] row : rows) {
            for (int i = 0; i < columns; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return rows;
    }

    /** Loads it, and holds what was read against the engine on rows of the test's own. */
    private ModelReading.Read read(ModelDefinition definition, byte[] content) {
        try (LoadedModel model = load(definition, content)) {
            assertThat(model.reading()).isInstanceOf(ModelReading.Read.class);
            var read = (ModelReading.Read) model.reading();
            double[][] rows = rows(5, Rows.width(definition));
            double[] answers = engine(model, definition, rows);
            for (int i = 0; i < rows.length && read.link().isAlone(); i++) {
                double own = read.link().prediction(read.sum(rows[i]));
                assertThat(own).isCloseTo(answers[i], within(2e-6 * Math.max(1, Math.abs(own))));
            }
            return read;
        }
    }

    private ModelReading.Read read(ModelProto model, int columns, int column) {
        return read(definition(Engine.ONNXRUNTIME, TensorType.FLOAT32, columns, column), model.toByteArray());
    }

    private String unread(ModelProto proto, int columns) {
        try (LoadedModel model =
                load(definition(Engine.ONNXRUNTIME, TensorType.FLOAT32, columns, 0), proto.toByteArray())) {
            assertThat(model.reading()).isInstanceOf(ModelReading.Unread.class);
            return ((ModelReading.Unread) model.reading()).why();
        }
    }

    @Test
    void productsAndSumsAreLinear() {
        var read = (ModelReading.Linear) read(OnnxModels.linear(0.25, 0.5, -2), 2, 0);
        assertThat(read.intercept()).isEqualTo(0.25);
        assertThat(read.weights()).containsExactly(0.5, -2);
        assertThat(read.link()).isEqualTo(Link.IDENTITY);
    }

    /** As online models are written: what they have seen bounds what a number can do. */
    @Test
    void columnsThatAreCutAreReadWithTheirBounds() {
        var read = (ModelReading.Linear) read(OnnxModels.model(cut("cut").build()), 2, 0);
        assertThat(read.weights()).containsExactly(2, -1);
        assertThat(read.lowest()).containsExactly(-0.5, -1);
        assertThat(read.highest()).containsExactly(0.5, 0.25);
        assertThat(read.sum(new double[] {9, -9})).isEqualTo(2 * 0.5 + 1);
    }

    @Test
    void aColumnThatIsCutAndCountsWholeAsWellIsNotRead() {
        GraphProto.Builder both = cut("some")
                .addNode(node("Add", "twice", "cut", "input"))
                .addNode(node("MatMul", "output", "twice", "w"));
        both.removeNode(2);
        assertThat(unread(OnnxModels.model(both.build()), 2)).contains("cuts a column in two ways");
    }

    /** @param multiplied what goes into the product */
    private static GraphProto.Builder cut(String multiplied) {
        return GraphProto.newBuilder()
                .setName("cut")
                .addInput(value("input", DataType.FLOAT, -1, 2))
                .addInitializer(tensor("high", DataType.FLOAT, List.of(1L, 2L), 0.5, 0.25))
                .addInitializer(tensor("low", DataType.FLOAT, List.of(2L), -0.5, -1))
                .addInitializer(tensor("w", DataType.FLOAT, List.of(2L, 1L), 2, -1))
                .addNode(node("Min", "below", "input", "high"))
                .addNode(node("Max", "cut", "low", "below"))
                .addNode(node("MatMul", "output", multiplied, "w"))
                .addOutput(value("output", DataType.FLOAT, -1, 1));
    }

    @Test
    void clippedColumnsAreReadWithTheirBounds() {
        GraphProto graph = GraphProto.newBuilder()
                .setName("clip")
                .addInput(value("input", DataType.FLOAT, -1, 2))
                .addInitializer(tensor("low", DataType.FLOAT, List.of(), -0.25))
                .addInitializer(tensor("w", DataType.FLOAT, List.of(2L, 1L), 1, 3))
                .addNode(node("Clip", "clipped", "input", "low"))
                .addNode(node("MatMul", "output", "clipped", "w"))
                .addOutput(value("output", DataType.FLOAT, -1, 1))
                .build();
        var read = (ModelReading.Linear) read(OnnxModels.model(graph), 2, 0);
        assertThat(read.lowest()).containsExactly(-0.25, -0.25);
        assertThat(read.highest()).containsOnly(Double.POSITIVE_INFINITY);
    }

    @Test
    void bothColumnsOfALogisticModelAreReadInLogOdds() {
        ModelProto model = OnnxModels.logistic(-0.5, 2, 1);
        var no = (ModelReading.Linear) read(model, 2, 0);
        var yes = (ModelReading.Linear) read(model, 2, 1);
        assertThat(yes.link()).isEqualTo(Link.LOGISTIC);
        assertThat(yes.weights()).containsExactly(2, 1);
        assertThat(no.weights()).containsExactly(-2, -1);
        assertThat(no.intercept()).isEqualTo(0.5);
    }

    /** As scikit-learn's converter writes a scaler and a logistic regression. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aScalerAClassifierAndANormalizerAreReadTogether(int column) {
        GraphProto graph = GraphProto.newBuilder()
                .setName("classifier")
                .addInput(value("input", DataType.FLOAT, -1, 2))
                .addNode(node("Scaler", "scaled", "input")
                        .setDomain("ai.onnx.ml")
                        .addAttribute(reals("offset", 1, 2))
                        .addAttribute(reals("scale", 0.5, 4)))
                .addNode(node("LinearClassifier", "label", "scaled")
                        .setDomain("ai.onnx.ml")
                        .addOutput("scores")
                        .addAttribute(reals("coefficients", -0.3, 0.7, 0.3, -0.7))
                        .addAttribute(reals("intercepts", -0.1, 0.1))
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("classlabels_ints")
                                .setType(AttributeType.INTS)
                                .addInts(0)
                                .addInts(1))
                        .addAttribute(text("post_transform", "LOGISTIC")))
                .addNode(node("Normalizer", "output", "scores")
                        .setDomain("ai.onnx.ml")
                        .addAttribute(text("norm", "L1")))
                .addOutput(value("output", DataType.FLOAT, -1, 2))
                .build();
        var read = (ModelReading.Linear) read(OnnxModels.modelOfModels(graph, 1), 2, column);
        double sign = column == 1 ? 1 : -1;
        assertThat(read.weights()[0]).isCloseTo(sign * 0.15, within(1e-7));
        assertThat(read.weights()[1]).isCloseTo(sign * -2.8, within(1e-6));
    }

    @Test
    void aSoftmaxOfThreeIsReadAsTheClassesOwnSum() {
        GraphProto graph = GraphProto.newBuilder()
                .setName("softmax")
                .addInput(value("input", DataType.FLOAT, -1, 2))
                .addInitializer(tensor("w", DataType.FLOAT, List.of(3L, 2L), 1, 2, 3, -1, 0.5, 0))
                .addInitializer(tensor("b", DataType.FLOAT, List.of(3L), 0.1, 0.2, 0.3))
                .addNode(node("Gemm", "sums", "input", "w", "b")
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("transB")
                                .setType(AttributeType.INT)
                                .setI(1)))
                .addNode(node("Softmax", "output", "sums"))
                .addOutput(value("output", DataType.FLOAT, -1, 3))
                .build();
        var read = (ModelReading.Linear) read(OnnxModels.model(graph), 2, 1);
        assertThat(read.link()).isEqualTo(Link.SOFTMAX);
        assertThat(read.weights()).containsExactly(3, -1);
    }

    @Test
    void forestsAreReadWhateverTheyCompareBy() {
        qt().withExamples(25)
                .withFixedSeed(11)
                .forAll(longs().all(), integers().between(1, 6), integers().between(1, 30))
                .checkAssert((seed, features, trees) -> {
                    var read = (ModelReading.Trees) read(TreeModels.regressor(seed, features, trees, 5), features, 0);
                    assertThat(read.covered()).isTrue();
                    assertThat(read.trees().trees()).hasSize(trees);
                });
    }

    @ParameterizedTest
    @CsvSource({
        "2, LOGISTIC, false, LOGISTIC",
        "2, NONE, false, IDENTITY",
        "2, NONE, true, IDENTITY",
        "2, LOGISTIC, true, LOGISTIC",
        "3, SOFTMAX, false, SOFTMAX",
        "3, NONE, true, IDENTITY",
        "4, LOGISTIC, false, LOGISTIC"
    })
    void forestsOfClassesAreReadAsTheEngineMeansThem(int classes, String transform, boolean positive, Link link) {
        for (int column = 0; column < classes; column++) {
            ModelProto model = TreeModels.classifier(3, 4, classes, 12, 4, transform, positive);
            assertThat(read(model, 4, column).link()).isEqualTo(link);
        }
    }

    @Test
    void theNewerOperatorOfTreesIsReadToo() {
        var read = (ModelReading.Trees) read(TreeModels.newer(8, 3, 9, 4), 3, 0);
        assertThat(read.link()).isEqualTo(Link.LOGISTIC);
        assertThat(read.covered()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "binary.json, LOGISTIC, true",
        "binary.ubj, LOGISTIC, true",
        "reg.ubj, IDENTITY, true",
        "multi.json, SOFTMAX, true",
        "poisson.json, EXPONENTIAL, true",
        "raw.json, IDENTITY, true"
    })
    void modelsOfXgboostAreReadWithTheirCovers(String file, Link link, boolean covered) throws IOException {
        byte[] content;
        try (InputStream in = OnnxReadingTest.class.getResourceAsStream("/xgboost/" + file)) {
            content = Objects.requireNonNull(in).readAllBytes();
        }
        var read = (ModelReading.Trees) read(definition(Engine.XGBOOST, TensorType.FLOAT32, 4, 0), content);
        assertThat(read.link()).isEqualTo(link);
        assertThat(read.covered()).isEqualTo(covered);
    }

    @Test
    void aModelOfXgboostWithoutCoversIsReadWithoutThem() {
        String tree = XgboostModels.tree(Node.split(0, 0.5f, false, 1, 2), Node.leaf(1), Node.leaf(2));
        var read = (ModelReading.Trees) read(
                definition(Engine.XGBOOST, TensorType.FLOAT32, 1, 0),
                XgboostModels.json("reg:squarederror", "0", 1, tree));
        assertThat(read.covered()).isFalse();
    }

    @Test
    void whatIsNoneOfTheseIsNotReadAndSaysWhy() {
        assertThat(unread(OnnxModels.hidden(), 2)).contains("Relu");
        assertThat(unread(OnnxModels.logarithm(), 1)).contains("Log");
    }

    private static AttributeProto reals(String name, double... numbers) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.FLOATS)
                .addAllFloats(Arrays.stream(numbers)
                        .mapToObj(number -> (float) number)
                        .toList())
                .build();
    }

    private static AttributeProto text(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build();
    }
}
