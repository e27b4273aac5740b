package io.millrace.endtoend;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** A model whose answers can be worked out by hand: {@code output[n, 0] = input[n, :] · weights + bias}, in float32. */
final class LinearModel {
    private static final int FLOAT = TensorProto.DataType.FLOAT.getNumber();

    private LinearModel() {}

    /**
     * Writes {@code <repository>/<name>/<version>} with model.onnx and model.yaml.
     *
     * @param columns each a mapping of model.yaml, such as {@code {request: distance}}; one weight per column
     */
    static void write(
            Path repository, String name, String version, List<String> columns, float bias, float... weights) {
        try {
            Path folder = Files.createDirectories(repository.resolve(name).resolve(version));
            byte[] bytes = onnx(bias, weights).toByteArray();
            Files.write(folder.resolve("model.onnx"), bytes);
            // Last and in one step: the service looks at folders that hold a model.yaml.
            Path draft = folder.resolve("model.yaml.draft");
            Files.writeString(draft, yaml(name, version, bytes, columns));
            Files.move(draft, folder.resolve("model.yaml"));
        } catch (IOException e) {
            throw new IllegalStateException("cannot write model " + name, e);
        }
    }

    private static String yaml(String name, String version, byte[] bytes, List<String> columns) {
        return """
                kind: Model
                name: %s
                version: "%s"
                engine: onnxruntime
                file: model.onnx
                digest: %s
                inputs:
                  - name: input
                    type: float32
                    columns:
                %s
                output: {name: output, column: 0}
                """.formatted(
                        name,
                        version,
                        sha256(bytes),
                        columns.stream().map(column -> "      - " + column).collect(Collectors.joining("\n")));
    }

    private static ModelProto onnx(float bias, float... weights) {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .setProducerName("millrace-end-to-end")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(13))
                .setGraph(GraphProto.newBuilder()
                        .setName("linear")
                        .addInput(value("input", weights.length))
                        .addInitializer(tensor("weights", List.of((long) weights.length, 1L), weights))
                        .addInitializer(tensor("bias", List.of(1L), bias))
                        .addNode(node("MatMul", "product", "input", "weights"))
                        .addNode(node("Add", "output", "product", "bias"))
                        .addOutput(value("output", 1)))
                .build();
    }

    private static NodeProto.Builder node(String operator, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setName(output)
                .setOpType(operator)
                .addAllInput(List.of(inputs))
                .addOutput(output);
    }

    private static ValueInfoProto.Builder value(String name, long columns) {
        var shape = TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("batch"))
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(columns));
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(
                                TypeProto.Tensor.newBuilder().setElemType(FLOAT).setShape(shape)));
    }

    private static TensorProto tensor(String name, List<Long> dimensions, float... values) {
        var tensor = TensorProto.newBuilder().setName(name).setDataType(FLOAT).addAllDims(dimensions);
        for (float value : values) {
            tensor.addFloatData(value);
        }
        return tensor.build();
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
