package io.millrace.inference.engine.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A graph on its way to being a model. The same calls give the same bytes. Not thread-safe. */
public final class OnnxGraph {
    private static final long IR_VERSION = 8;

    private final GraphProto.Builder graph = GraphProto.newBuilder();
    private final Map<String, Long> operators = new LinkedHashMap<>();
    private int names;

    /** @param operators version of ONNX' own operators */
    public OnnxGraph(String name, long operators) {
        graph.setName(name);
        uses("", operators);
    }

    /** Says that operators of a further domain are used. */
    public OnnxGraph uses(String domain, long version) {
        operators.put(domain, version);
        return this;
    }

    /** An input [rows, columns]. */
    public String input(String name, DataType type, int columns) {
        graph.addInput(value(name, type, columns));
        return name;
    }

    /** An output [rows, columns]. */
    public void output(String name, DataType type, int columns) {
        graph.addOutput(value(name, type, columns));
    }

    /** Adds a node with one output, and says its name. */
    public String add(String operator, List<String> inputs, AttributeProto.Builder... attributes) {
        return addAs("v" + names++, operator, inputs, attributes);
    }

    /** Adds a node whose output has this name. */
    public String addAs(String output, String operator, List<String> inputs, AttributeProto.Builder... attributes) {
        var node = NodeProto.newBuilder()
                .setName(output)
                .setOpType(operator)
                .addAllInput(inputs)
                .addOutput(output);
        for (AttributeProto.Builder attribute : attributes) {
            node.addAttribute(attribute);
        }
        return add(node);
    }

    /** Adds a node with one output that was made elsewhere, such as one of another domain. */
    public String add(NodeProto.Builder node) {
        graph.addNode(node);
        return node.getOutput(0);
    }

    /** The name of an output that no other has. */
    public String name() {
        return "v" + names++;
    }

    public String doubles(List<Long> shape, double... values) {
        ByteBuffer bytes = bytes(values.length, Double.BYTES);
        for (double value : values) {
            bytes.putDouble(value);
        }
        return constant(DataType.DOUBLE, shape, bytes);
    }

    public String longs(List<Long> shape, long... values) {
        ByteBuffer bytes = bytes(values.length, Long.BYTES);
        for (long value : values) {
            bytes.putLong(value);
        }
        return constant(DataType.INT64, shape, bytes);
    }

    public String flags(List<Long> shape, boolean... values) {
        ByteBuffer bytes = bytes(values.length, 1);
        for (boolean value : values) {
            bytes.put((byte) (value ? 1 : 0));
        }
        return constant(DataType.BOOL, shape, bytes);
    }

    /** A single unsigned number of 32 bits. */
    public String unsigned(int value) {
        return constant(DataType.UINT32, List.of(1L), bytes(1, Integer.BYTES).putInt(value));
    }

    /** A single unsigned number of 64 bits. */
    public String unsigned(long value) {
        return constant(DataType.UINT64, List.of(1L), bytes(1, Long.BYTES).putLong(value));
    }

    /** The whole model. */
    public ModelProto model() {
        var model = ModelProto.newBuilder().setIrVersion(IR_VERSION).setProducerName("millrace");
        operators.forEach((domain, version) -> model.addOpsetImport(
                OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version)));
        return model.setGraph(graph).build();
    }

    public static AttributeProto.Builder whole(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INT)
                .setI(value);
    }

    public static AttributeProto.Builder text(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value));
    }

    static AttributeProto.Builder wholes(String name, List<Long> values) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INTS)
                .addAllInts(values);
    }

    private static ByteBuffer bytes(int elements, int size) {
        return ByteBuffer.allocate(Math.multiplyExact(elements, size)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private String constant(DataType type, List<Long> shape, ByteBuffer values) {
        String name = "c" + names++;
        graph.addInitializer(TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .addAllDims(shape)
                .setRawData(ByteString.copyFrom(values.flip())));
        return name;
    }

    private static ValueInfoProto value(String name, DataType type, int columns) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.getNumber())
                                .setShape(TensorShapeProto.newBuilder()
                                        .addDim(Dimension.newBuilder().setDimParam("rows"))
                                        .addDim(Dimension.newBuilder().setDimValue(columns)))))
                .build();
    }
}
