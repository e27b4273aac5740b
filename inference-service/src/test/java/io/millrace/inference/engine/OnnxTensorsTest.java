package io.millrace.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelFile;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.TensorSpec;
import io.millrace.inference.sample.OnnxModels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tensors through models that change nothing come out bit for bit. */
class OnnxTensorsTest {
    private final OnnxEngine engine = new OnnxEngine();

    @ParameterizedTest
    @EnumSource(value = Datatype.class, mode = EnumSource.Mode.EXCLUDE, names = "BYTES")
    void everyTypeOfFixedSizeKeepsItsBits(Datatype type) throws ModelRefusedException {
        try (LoadedModel model = load(identity(type, -1, 3))) {
            assertThat(model.signature())
                    .isEqualTo(new Signature(
                            List.of(new TensorSpec("in", type, List.of(-1L, 3L))),
                            List.of(new TensorSpec("out", type, List.of(-1L, 3L)))));
            for (boolean direct : new boolean[] {false, true}) {
                Tensor input = new Tensor("in", type, List.of(4L, 3L), pattern(type, 12, direct));
                List<Tensor> outputs = model.infer(List.of(input)).outputs();
                assertThat(outputs).containsExactly(input.named("out"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = Datatype.class, mode = EnumSource.Mode.EXCLUDE, names = "BYTES")
    void scalarsAndTensorsWithoutElementsAreTensors(Datatype type) throws ModelRefusedException {
        try (LoadedModel scalar = load(identity(type));
                LoadedModel rows = load(identity(type, -1, 2))) {
            Tensor one = new Tensor("in", type, List.of(), pattern(type, 1, true));
            assertThat(scalar.infer(List.of(one)).outputs()).containsExactly(one.named("out"));
            Tensor none = new Tensor("in", type, List.of(0L, 2L), ByteBuffer.allocateDirect(0));
            assertThat(rows.infer(List.of(none)).outputs()).containsExactly(none.named("out"));
        }
    }

    @Test
    void textsOfAnyDepthKeepTheirBytes() throws ModelRefusedException {
        List<byte[]> texts = List.of("", "a", "ä€😀", "a\0b", "x".repeat(70_000), "last").stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
        for (long[] shape : new long[][] {{6}, {2, 3}, {3, 2}, {1, 3, 2}}) {
            long[] open = shape.clone();
            open[0] = -1;
            try (LoadedModel model = load(identity(Datatype.BYTES, open))) {
                List<Long> sizes = Arrays.stream(shape).boxed().toList();
                Tensor input = Tensor.ofStrings("in", sizes, texts);
                assertThat(model.infer(List.of(input)).outputs()).containsExactly(input.named("out"));
            }
        }
    }

    @Test
    void bytesThatAreNoTextAreRefusedInsteadOfChanged() throws ModelRefusedException {
        try (LoadedModel model = load(identity(Datatype.BYTES, -1))) {
            Tensor input = Tensor.ofStrings("in", List.of(2L), List.of(new byte[] {'a'}, new byte[] {(byte) 0xff}));
            assertThatExceptionOfType(Refusal.class)
                    .isThrownBy(() -> model.infer(List.of(input)))
                    .withMessageContaining("element 1 of 'in' is not UTF-8");
        }
    }

    @Test
    void whatNoCallCanCarryIsRefusedWhenTheModelIsLoaded() {
        ModelProto complex = OnnxModels.model(GraphProto.newBuilder()
                .setName("complex")
                .addInput(OnnxModels.value("in", DataType.COMPLEX64, -1))
                .addNode(OnnxModels.node("Identity", "out", "in"))
                .addOutput(OnnxModels.value("out", DataType.COMPLEX64, -1))
                .build());
        assertThatExceptionOfType(ModelRefusedException.class)
                .isThrownBy(() -> load(complex))
                .withMessageContaining("input 'in' of the file is of type COMPLEX64, which no call can carry")
                .withMessageContaining("output 'out'");
    }

    private LoadedModel load(ModelProto model) throws ModelRefusedException {
        var definition = new ModelDefinition("m", "1", "model.onnx", "digest", List.of(), Optional.empty());
        return engine.load(new ModelFile(definition, ByteBuffer.wrap(model.toByteArray())));
    }

    private static ModelProto identity(Datatype type, long... shape) {
        DataType file = DataType.forNumber(OnnxTypes.fileNumber(type));
        return OnnxModels.model(GraphProto.newBuilder()
                .setName("identity")
                .addInput(OnnxModels.value("in", file, shape))
                .addNode(OnnxModels.node("Identity", "out", "in"))
                .addOutput(OnnxModels.value("out", file, shape))
                .build());
    }

    /** All ones, all zeros, the sign bit alone, and different bytes; for BOOL 0 and 1. */
    private static ByteBuffer pattern(Datatype type, int elements, boolean direct) {
        int size = elements * type.bytes();
        ByteBuffer data =
                (direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size)).order(ByteOrder.LITTLE_ENDIAN);
        for (int element = 0; element < elements; element++) {
            for (int i = 0; i < type.bytes(); i++) {
                data.put(octet(type, element, i));
            }
        }
        return data.flip();
    }

    private static byte octet(Datatype type, int element, int i) {
        if (type == Datatype.BOOL) {
            return (byte) (element % 2);
        }
        return switch (element) {
            case 0 -> (byte) 0xff;
            case 1 -> 0;
            case 2 -> i == type.bytes() - 1 ? (byte) 0x80 : 0;
            default -> (byte) (element * 37 + i * 11);
        };
    }
}
