package io.millrace.benchmarks.inference;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** A network of dense layers with random weights: {@code input} FP32 [rows, columns] to {@code output} FP32 [rows, 1]. */
final class BenchModel {
    /** What the input is called. */
    static final String INPUT = "input";

    private final int columns;
    private final byte[] onnx;

    /**
     * @param columns of the input
     * @param layers widths of the layers between input and output; none: a linear model
     */
    BenchModel(int columns, int... layers) {
        this.columns = columns;
        var random = new Random(7);
        var graph = GraphProto.newBuilder().setName("dense").addInput(value(INPUT, columns));
        String from = INPUT;
        int width = columns;
        for (int i = 0; i < layers.length; i++) {
            graph.addInitializer(weights("w" + i, width, layers[i], random))
                    .addNode(node("MatMul", "m" + i, from, "w" + i))
                    .addNode(node("Relu", "r" + i, "m" + i));
            from = "r" + i;
            width = layers[i];
        }
        graph.addInitializer(weights("w", width, 1, random))
                .addNode(node("MatMul", "m", from, "w"))
                .addNode(node("Sigmoid", "output", "m"))
                .addOutput(value("output", 1));
        this.onnx = ModelProto.newBuilder()
                .setIrVersion(8)
                .setProducerName("millrace-benchmarks")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(13))
                .setGraph(graph)
                .build()
                .toByteArray();
    }

    int columns() {
        return columns;
    }

    byte[] onnx() {
        return onnx;
    }

    /** Writes a version into a repository. */
    void publish(Path repository, String name, String rest) {
        try {
            Path folder = Files.createDirectories(repository.resolve(name).resolve("1"));
            Files.write(folder.resolve("model.onnx"), onnx);
            Files.writeString(folder.resolve("model.yaml"), """
                    kind: Model
                    name: %s
                    version: "1"
                    engine: onnxruntime
                    file: model.onnx
                    digest: %s
                    """.formatted(name, digest()) + rest);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Rows of random numbers, little-endian. */
    byte[] rows(int rows, Random random) {
        ByteBuffer data = ByteBuffer.allocate(rows * columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (data.hasRemaining()) {
            data.putFloat((float) random.nextGaussian());
        }
        return data.array();
    }

    private String digest() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(onnx));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static TensorProto weights(String name, int from, int to, Random random) {
        var values = new ArrayList<Float>(from * to);
        for (int i = 0; i < from * to; i++) {
            values.add((float) (random.nextGaussian() / Math.sqrt(from)));
        }
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .addDims(from)
                .addDims(to)
                .addAllFloatData(values)
                .build();
    }

    private static NodeProto node(String operator, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setName(output)
                .setOpType(operator)
                .addAllInput(List.of(inputs))
                .addOutput(output)
                .build();
    }

    private static ValueInfoProto value(String name, int columns) {
        var shape = TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("batch"))
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(columns));
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT.getNumber())
                                .setShape(shape)))
                .build();
    }
}
