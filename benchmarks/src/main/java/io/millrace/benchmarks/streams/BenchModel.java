package io.millrace.benchmarks.streams;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** A linear model in float32, small enough that running it costs next to nothing: what is measured is all around it. */
final class BenchModel {
    private static final int FLOAT = TensorProto.DataType.FLOAT.getNumber();

    private BenchModel() {}

    /** Writes version 1 into a model repository; {@code columns} are mappings of model.yaml, such as {@code {request: x}}. */
    static void write(Path repository, String name, List<String> columns) {
        byte[] onnx = onnx(columns.size());
        String yaml = """
                kind: Model
                name: %s
                version: "1"
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
                        sha256(onnx),
                        columns.stream().map(column -> "      - " + column).collect(Collectors.joining("\n")));
        try {
            Path folder = Files.createDirectories(repository.resolve(name).resolve("1"));
            Files.write(folder.resolve("model.onnx"), onnx);
            Files.writeString(folder.resolve("model.yaml"), yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] onnx(int columns) {
        ByteBuffer weights = ByteBuffer.allocate(columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int column = 0; column < columns; column++) {
            weights.putFloat(1f / (column + 1));
        }
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .setProducerName("millrace")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
                .setGraph(GraphProto.newBuilder()
                        .setName("linear")
                        .addInput(tensor("input", columns))
                        .addOutput(tensor("output", 1))
                        .addInitializer(TensorProto.newBuilder()
                                .setName("weights")
                                .setDataType(FLOAT)
                                .addDims(columns)
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
        var shape = TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("batch"))
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(columns));
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(
                                TypeProto.Tensor.newBuilder().setElemType(FLOAT).setShape(shape)))
                .build();
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
