package io.millrace.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TrainingInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.sample.OnnxModels;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OnnxFileTest {
    private static final TensorProto OUTSIDE = TensorProto.newBuilder()
            .setName("outside")
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(
                    StringStringEntryProto.newBuilder().setKey("location").setValue("../../etc/passwd"))
            .build();

    static Stream<Named<ModelProto>> modelsWithDataElsewhere() {
        SparseTensorProto sparse = SparseTensorProto.newBuilder()
                .setValues(OnnxModels.tensor("v", TensorProto.DataType.FLOAT, java.util.List.of(1L), 1))
                .setIndices(OUTSIDE)
                .build();
        GraphProto subgraph = GraphProto.newBuilder().addInitializer(OUTSIDE).build();
        return Stream.of(
                Named.of("an initializer", with(graph -> graph.addInitializer(OUTSIDE))),
                Named.of(
                        "the values of a sparse initializer",
                        with(graph -> graph.addSparseInitializer(
                                SparseTensorProto.newBuilder().setValues(OUTSIDE)))),
                Named.of("the indices of a sparse initializer", with(graph -> graph.addSparseInitializer(sparse))),
                Named.of("an attribute", attribute(a -> a.setT(OUTSIDE))),
                Named.of("a list attribute", attribute(a -> a.addTensors(OUTSIDE))),
                Named.of("a sparse attribute", attribute(a -> a.setSparseTensor(sparse))),
                Named.of("a list of sparse attributes", attribute(a -> a.addSparseTensors(sparse))),
                Named.of("a subgraph", attribute(a -> a.setG(subgraph))),
                Named.of("a list of subgraphs", attribute(a -> a.addGraphs(subgraph))),
                Named.of(
                        "a function",
                        OnnxModels.linear(0, 1).toBuilder()
                                .addFunctions(FunctionProto.newBuilder()
                                        .addNode(OnnxModels.node("Constant", "c")
                                                .addAttribute(AttributeProto.newBuilder()
                                                        .setT(OUTSIDE))))
                                .build()),
                Named.of(
                        "a function's default attribute",
                        OnnxModels.linear(0, 1).toBuilder()
                                .addFunctions(FunctionProto.newBuilder()
                                        .addAttributeProto(
                                                AttributeProto.newBuilder().setT(OUTSIDE)))
                                .build()),
                Named.of(
                        "a training graph",
                        OnnxModels.linear(0, 1).toBuilder()
                                .addTrainingInfo(TrainingInfoProto.newBuilder().setAlgorithm(subgraph))
                                .build()),
                Named.of(
                        "a location without the flag",
                        with(graph -> graph.addInitializer(OUTSIDE.toBuilder().clearDataLocation()))),
                Named.of(
                        "a compiled context",
                        with(graph -> graph.addNode(OnnxModels.node("EPContext", "c", "input")))));
    }

    @ParameterizedTest
    @MethodSource("modelsWithDataElsewhere")
    void dataElsewhereIsRefusedWhereverItStands(ModelProto model) {
        refused(model.toByteArray(), ModelFault.EXTERNAL_DATA);
    }

    @Test
    void aModelThatHoldsAllItsDataIsTaken() throws ModelRefusedException {
        GraphProto graph = OnnxFile.model(
                        ByteBuffer.wrap(OnnxModels.linear(0, 1, 2).toByteArray()))
                .getGraph();
        assertThat(graph.getInitializerCount()).isEqualTo(2);
    }

    @Test
    void whatIsNotOnnxIsRefused() {
        refused(new byte[0], ModelFault.NOT_ONNX);
        refused("{\"weights\": [1, 2]}".getBytes(StandardCharsets.UTF_8), ModelFault.NOT_ONNX);
        refused(ModelProto.newBuilder().setIrVersion(8).build().toByteArray(), ModelFault.NOT_ONNX);
        refused(ByteString.fromHex("08ffffffffffffffffffff").toByteArray(), ModelFault.NOT_ONNX);
    }

    @Test
    void aFieldThatCannotBeLookedIntoIsRefused() {
        var unknown = UnknownFieldSet.newBuilder()
                .addField(
                        99,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(OUTSIDE.toByteString())
                                .build())
                .build();
        refused(
                OnnxModels.linear(0, 1).toBuilder()
                        .setUnknownFields(unknown)
                        .build()
                        .toByteArray(),
                ModelFault.NOT_ONNX);
    }

    @Test
    void aNestingThatWouldOverflowAStackIsRefused() {
        GraphProto graph = GraphProto.getDefaultInstance();
        for (int depth = 0; depth < 200; depth++) {
            graph = GraphProto.newBuilder()
                    .addNode(OnnxModels.node("If", "n")
                            .addAttribute(AttributeProto.newBuilder().setG(graph)))
                    .build();
        }
        refused(OnnxModels.model(graph).toByteArray(), ModelFault.NOT_ONNX);
    }

    private static void refused(byte[] content, ModelFault fault) {
        assertThatExceptionOfType(ModelRefusedException.class)
                .isThrownBy(() -> OnnxFile.model(ByteBuffer.wrap(content)))
                .satisfies(e -> assertThat(e.fault()).isEqualTo(fault));
    }

    private static ModelProto with(java.util.function.Consumer<GraphProto.Builder> change) {
        GraphProto.Builder graph = OnnxModels.linearGraph(TensorProto.DataType.FLOAT, 0, 1);
        change.accept(graph);
        return OnnxModels.model(graph.build());
    }

    private static ModelProto attribute(java.util.function.Consumer<AttributeProto.Builder> change) {
        AttributeProto.Builder attribute = AttributeProto.newBuilder().setName("value");
        change.accept(attribute);
        return with(graph -> graph.addNode(OnnxModels.node("Constant", "c").addAttribute(attribute)));
    }
}
