package io.millrace.local.training;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.millrace.local.platform.CommandFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.stream.Collectors;

/** A model whose answers can be worked out by hand: the sum of its columns, each times its weight, in float64. */
public final class LinearModelFolder {
    private static final long IR_VERSION = 8;
    private static final long OPSET = 13;
    private static final int DOUBLE = TensorProto.DataType.DOUBLE.getNumber();

    private LinearModelFolder() {}

    /**
     * Writes {@code <repository>/<name>/<version>} with model.onnx and model.yaml.
     *
     * @param columns each a mapping of model.yaml, such as {@code {request: distance}}, in order, with its weight
     */
    public static void publish(Path repository, String name, String version, Map<String, Double> columns) {
        byte[] onnx = onnx(columns);
        String yaml = """
                kind: Model
                name: %s
                version: "%s"
                engine: onnxruntime
                file: model.onnx
                digest: %s
                inputs:
                  - name: input
                    type: float64
                    columns:
                %s
                output: {name: output, column: 0}
                """.formatted(
                name,
                version,
                ModelFolder.sha256(onnx),
                columns.keySet().stream().map(column -> "      - " + column).collect(Collectors.joining("\n")));
        try {
            Path folder = Files.createDirectories(repository.resolve(name).resolve(version));
            Files.write(folder.resolve("model.onnx"), onnx);
            // Last and in one step: the service looks at folders that hold a model.yaml.
            Path draft = Files.writeString(folder.resolve("model.yaml.draft"), yaml);
            Files.move(draft, folder.resolve("model.yaml"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw CommandFailure.failed("the model cannot be written: " + e.getMessage());
        }
    }

    private static byte[] onnx(Map<String, Double> columns) {
        ByteBuffer weights = ByteBuffer.allocate(columns.size() * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        columns.values().forEach(weights::putDouble);
        return ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("millrace")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .setGraph(GraphProto.newBuilder()
                        .setName("linear")
                        .addInput(tensor("input", columns.size()))
                        .addOutput(tensor("output", 1))
                        .addInitializer(TensorProto.newBuilder()
                                .setName("weights")
                                .setDataType(DOUBLE)
                                .addDims(columns.size())
                                .addDims(1)
                                .setRawData(ByteString.copyFrom(weights.flip())))
                        .addNode(NodeProto.newBuilder()
                                .setOpType("MatMul")
                                .addInput("input")
                                .addInput("weights")
                                .addOutput("output")))
                .build()
                .toByteArray();
    }

    private static ValueInfoProto tensor(String name, long columns) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(DOUBLE)
                                .setShape(TensorShapeProto.newBuilder()
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimParam("batch"))
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimValue(columns)))))
                .build();
    }
}
