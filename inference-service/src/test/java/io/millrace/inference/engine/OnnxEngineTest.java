package io.millrace.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelFile;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.app.PredictionColumn;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.Column;
import io.millrace.inference.domain.ModelDefinition.Input;
import io.millrace.inference.domain.ModelDefinition.Output;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.sample.OnnxModels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OnnxEngineTest {
    private final OnnxEngine engine = new OnnxEngine();

    @Test
    void aLinearModelGivesExactlyWhatJavaComputes() throws ModelRefusedException {
        try (LoadedModel model = engine.load(file(OnnxModels.linear(0.25, 0.5, -2), input(TensorType.FLOAT32, 2), 0))) {
            double[] predictions = run(model, 0, 3, floats(1, 2, -4, 0.125f, 1024, 3));
            assertThat(predictions).containsExactly(0.5 - 4 + 0.25, -2 - 0.25 + 0.25, 512 - 6 + 0.25);
        }
    }

    @Test
    void aLogisticModelGivesWhatJavaComputesFromTheDeclaredColumn() throws ModelRefusedException {
        double[] weights = {0.7, -1.3, 0.11, 2.5};
        var random = new Random(7);
        int rows = 64;
        ByteBuffer inputs = buffer(rows * weights.length * Float.BYTES);
        double[] expected = new double[rows];
        for (int row = 0; row < rows; row++) {
            double logit = -0.4;
            for (double weight : weights) {
                float value = (float) random.nextGaussian();
                inputs.putFloat(value);
                logit += weight * value;
            }
            expected[row] = 1 / (1 + Math.exp(-logit));
        }
        try (LoadedModel model =
                engine.load(file(OnnxModels.logistic(-0.4, weights), input(TensorType.FLOAT32, weights.length), 1))) {
            double[] predictions = run(model, 1, rows, inputs.flip());
            for (int row = 0; row < rows; row++) {
                assertThat(predictions[row]).isCloseTo(expected[row], within(1e-6));
            }
        }
    }

    @Test
    void severalInputsOfSeveralTypesAreFedByName() throws ModelRefusedException {
        var definition = definition(
                List.of(
                        new Input("b", TensorType.INT64, List.of(new Column.Request("x"), new Column.Request("y"))),
                        new Input("a", TensorType.FLOAT64, List.of(new Column.Request("z")))),
                0);
        ModelFile file =
                new ModelFile(definition, ByteBuffer.wrap(OnnxModels.twoInputs().toByteArray()));
        try (LoadedModel model = engine.load(file)) {
            ByteBuffer b =
                    buffer(4 * Long.BYTES).putLong(1).putLong(2).putLong(30).putLong(40);
            ByteBuffer a = buffer(2 * Double.BYTES).putDouble(0.1).putDouble(0.2);
            List<Tensor> inputs = List.of(
                    new Tensor("b", Datatype.INT64, List.of(2L, 2L), b.flip()),
                    new Tensor("a", Datatype.FP64, List.of(2L, 1L), a.flip()));
            assertThat(PredictionColumn.read(
                            new Output("output", 0), model.infer(inputs).outputs(), 2))
                    .containsExactly(3.1, 70.2);
        }
    }

    @Test
    void oneModelServesManyThreadsWithoutMixingThemUp() throws Exception {
        try (LoadedModel model = engine.load(file(OnnxModels.linear(1, 2), input(TensorType.FLOAT32, 1), 0));
                var threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Boolean>> tasks = IntStream.range(0, 8)
                    .mapToObj(task -> (Callable<Boolean>) () -> {
                        for (int i = 0; i < 500; i++) {
                            double[] got = run(model, 0, 1, floats(task * 1000 + i));
                            if (got[0] != 2.0 * (task * 1000 + i) + 1) {
                                return false;
                            }
                        }
                        return true;
                    })
                    .toList();
            for (var done : threads.invokeAll(tasks)) {
                assertThat(done.get()).isTrue();
            }
        }
    }

    @Test
    void whatDiffersFromTheFilesOwnSignatureIsRefusedByName() {
        ModelProto linear = OnnxModels.linear(0, 1, 2);
        refused(linear, definition(List.of(named("inptu", TensorType.FLOAT32, 2)), 0), "no input 'inptu'");
        refused(
                linear,
                definition(List.of(named("input", TensorType.FLOAT64, 2)), 0),
                "type FLOAT, declared is FLOAT64");
        refused(linear, definition(List.of(named("input", TensorType.FLOAT32, 3)), 0), "2 columns, declared are 3");
        refused(linear, definition(List.of(named("input", TensorType.FLOAT32, 2)), 1), "declared is column 1");
        refused(
                OnnxModels.twoInputs(),
                definition(List.of(named("a", TensorType.FLOAT64, 1)), 0),
                "input 'b' is not declared");
    }

    @Test
    void anOutputThatTheFileDoesNotHaveIsRefused() {
        var definition = new ModelDefinition(
                "m",
                "1",
                "f",
                "d",
                List.of(named("input", TensorType.FLOAT32, 2)),
                Optional.of(new Output("probability", 0)));
        refused(OnnxModels.linear(0, 1, 2), definition, "no output 'probability', but [output]");
    }

    @Test
    void textInputsFixedBatchesAndOutputsThatAreNoTensorAreRefused() {
        GraphProto.Builder graph = OnnxModels.linearGraph(DataType.FLOAT, 0, 1);
        ModelDefinition one = definition(List.of(named("input", TensorType.FLOAT32, 1)), 0);
        refused(
                OnnxModels.model(graph.clone()
                        .setInput(0, OnnxModels.value("input", DataType.STRING, -1, 1))
                        .build()),
                one,
                "is of type STRING, declared is FLOAT32");
        refused(
                OnnxModels.model(graph.clone()
                        .setInput(0, OnnxModels.value("input", DataType.FLOAT, 1, 1))
                        .build()),
                one,
                "dynamic first dimension");
        refused(
                OnnxModels.model(graph.clone()
                        .setInput(0, OnnxModels.value("input", DataType.FLOAT, -1, 1, 1))
                        .build()),
                one,
                "3 dimensions");
        refused(
                OnnxModels.model(graph.clone()
                        .setOutput(
                                0,
                                graph.getOutput(0).toBuilder()
                                        .setType(TypeProto.newBuilder()
                                                .setSequenceType(TypeProto.Sequence.getDefaultInstance())))
                        .build()),
                one,
                "without ZipMap");
    }

    @Test
    void aGraphThatTheEngineCannotRunIsRefusedWithItsWords() {
        GraphProto.Builder graph = OnnxModels.linearGraph(DataType.FLOAT, 0, 1);
        graph.setNode(1, graph.getNode(1).toBuilder().setOpType("NoSuchOperator"));
        assertThatExceptionOfType(ModelRefusedException.class)
                .isThrownBy(() -> engine.load(file(OnnxModels.model(graph.build()), input(TensorType.FLOAT32, 1), 0)))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(ModelFault.ENGINE_REFUSED))
                .withMessageContaining("NoSuchOperator");
    }

    @Test
    void aModelThatLosesRowsIsRefusedByItsWarmUp() {
        GraphProto.Builder graph = OnnxModels.linearGraph(DataType.FLOAT, 0, 1).clearOutput();
        graph.addNode(OnnxModels.node("ReduceSum", "sum", "output"))
                .addOutput(OnnxModels.value("sum", DataType.FLOAT, 1, 1));
        var definition = new ModelDefinition(
                "m", "1", "f", "d", List.of(named("input", TensorType.FLOAT32, 1)), Optional.of(new Output("sum", 0)));
        ModelFile file = new ModelFile(
                definition, ByteBuffer.wrap(OnnxModels.model(graph.build()).toByteArray()));
        assertThatExceptionOfType(ModelRefusedException.class)
                .isThrownBy(() -> engine.load(file))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(ModelFault.WARM_UP_FAILED))
                .withMessageContaining("2 rows gave 1 predictions");
    }

    private void refused(ModelProto model, ModelDefinition definition, String words) {
        var file = new ModelFile(definition, ByteBuffer.wrap(model.toByteArray()));
        assertThatExceptionOfType(ModelRefusedException.class)
                .isThrownBy(() -> engine.load(file))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(ModelFault.SIGNATURE_MISMATCH))
                .withMessageContaining(words);
    }

    private static ModelFile file(ModelProto model, Input input, int column) {
        return new ModelFile(definition(List.of(input), column), ByteBuffer.wrap(model.toByteArray()));
    }

    private static ModelDefinition definition(List<Input> inputs, int column) {
        return new ModelDefinition("m", "1", "model.onnx", "digest", inputs, Optional.of(new Output("output", column)));
    }

    private static Input input(TensorType type, int columns) {
        return named("input", type, columns);
    }

    private static Input named(String name, TensorType type, int columns) {
        return new Input(
                name,
                type,
                IntStream.range(0, columns)
                        .<Column>mapToObj(i -> new Column.Request("x" + i))
                        .toList());
    }

    /** The predictions of rows of the one input. */
    private static double[] run(LoadedModel model, int column, int rows, ByteBuffer data) {
        List<Long> shape = List.of((long) rows, (long) data.remaining() / Float.BYTES / rows);
        Tensor input = new Tensor("input", Datatype.FP32, shape, data);
        return PredictionColumn.read(
                new Output("output", column), model.infer(List.of(input)).outputs(), rows);
    }

    private static ByteBuffer floats(float... values) {
        ByteBuffer buffer = buffer(values.length * Float.BYTES);
        for (float value : values) {
            buffer.putFloat(value);
        }
        return buffer.flip();
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
