package io.millrace.inference.sample;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.List;

/** Small ONNX models, written as protobuf. */
public final class OnnxModels {
    private OnnxModels() {}

    /** {@code output[n, 0] = input[n, :] · weights + bias} in float32. */
    public static ModelProto linear(double bias, double... weights) {
        return linear(DataType.FLOAT, bias, weights);
    }

    public static ModelProto linear(DataType type, double bias, double... weights) {
        return model(linearGraph(type, bias, weights).build());
    }

    /** Two columns: {@code 1 − p} and {@code p = σ(input · weights + bias)}, in float32. */
    public static ModelProto logistic(double bias, double... weights) {
        GraphProto.Builder graph = linearGraph(DataType.FLOAT, bias, weights).clearOutput();
        graph.setNode(1, graph.getNode(1).toBuilder().setName("logit").setOutput(0, "logit"));
        graph.addNode(node("Sigmoid", "p", "logit"))
                .addInitializer(tensor("one", DataType.FLOAT, List.of(1L, 1L), 1))
                .addNode(node("Sub", "q", "one", "p"))
                .addNode(node("Concat", "output", "q", "p")
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("axis")
                                .setType(AttributeProto.AttributeType.INT)
                                .setI(1)))
                .addOutput(value("output", DataType.FLOAT, -1, 2));
        return model(graph.build());
    }

    /** {@code log(input[n, 0])}: NaN below 0 and −∞ at 0. */
    public static ModelProto logarithm() {
        return model(GraphProto.newBuilder()
                .setName("logarithm")
                .addNode(node("Log", "output", "input"))
                .addInput(value("input", DataType.FLOAT, -1, 1))
                .addOutput(value("output", DataType.FLOAT, -1, 1))
                .build());
    }

    /** The sum over a row of float64 {@code a[n, 1]} and of int64 {@code b[n, 2]}. */
    public static ModelProto twoInputs() {
        return model(GraphProto.newBuilder()
                .setName("two")
                .addInput(value("a", DataType.DOUBLE, -1, 1))
                .addInput(value("b", DataType.INT64, -1, 2))
                .addInitializer(tensor("ones", DataType.DOUBLE, List.of(2L, 1L), 1, 1))
                .addNode(node("Cast", "real", "b")
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("to")
                                .setType(AttributeProto.AttributeType.INT)
                                .setI(DataType.DOUBLE_VALUE)))
                .addNode(node("MatMul", "sum", "real", "ones"))
                .addNode(node("Add", "output", "sum", "a"))
                .addOutput(value("output", DataType.DOUBLE, -1, 1))
                .build());
    }

    /** Texts in upper case, one dimension. */
    public static ModelProto upper() {
        return model(GraphProto.newBuilder()
                .setName("upper")
                .addInput(value("in", DataType.STRING, -1))
                .addNode(node("StringNormalizer", "out", "in")
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("case_change_action")
                                .setType(AttributeProto.AttributeType.STRING)
                                .setS(ByteString.copyFromUtf8("UPPER")))
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("locale")
                                .setType(AttributeProto.AttributeType.STRING)
                                .setS(ByteString.copyFromUtf8("C.UTF-8"))))
                .addOutput(value("out", DataType.STRING, -1))
                .build());
    }

    public static ModelProto model(GraphProto graph) {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .setProducerName("millrace-tests")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(13))
                .setGraph(graph)
                .build();
    }

    /** With the operators of models beside those of tensors. */
    public static ModelProto modelOfModels(GraphProto graph, long version) {
        return model(graph).toBuilder()
                .addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain("ai.onnx.ml").setVersion(version))
                .build();
    }

    /** {@code relu(input · weights)} of two hidden units: nothing that is read. */
    public static ModelProto hidden() {
        return model(GraphProto.newBuilder()
                .setName("hidden")
                .addInput(value("input", DataType.FLOAT, -1, 2))
                .addInitializer(tensor("first", DataType.FLOAT, List.of(2L, 2L), 1, -2, 0.5, 1))
                .addInitializer(tensor("second", DataType.FLOAT, List.of(2L, 1L), 3, 1))
                .addNode(node("MatMul", "mixed", "input", "first"))
                .addNode(node("Relu", "hidden", "mixed"))
                .addNode(node("MatMul", "output", "hidden", "second"))
                .addOutput(value("output", DataType.FLOAT, -1, 1))
                .build());
    }

    public static GraphProto.Builder linearGraph(DataType type, double bias, double... weights) {
        return GraphProto.newBuilder()
                .setName("linear")
                .addInput(value("input", type, -1, weights.length))
                .addInitializer(tensor("weights", type, List.of((long) weights.length, 1L), weights))
                .addInitializer(tensor("bias", type, List.of(1L), bias))
                .addNode(node("MatMul", "product", "input", "weights"))
                .addNode(node("Add", "output", "product", "bias"))
                .addOutput(value("output", type, -1, 1));
    }

    public static NodeProto.Builder node(String operator, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setName(output)
                .setOpType(operator)
                .addAllInput(List.of(inputs))
                .addOutput(output);
    }

    /** A dimension of −1 is dynamic. */
    public static ValueInfoProto value(String name, DataType type, long... dimensions) {
        var shape = TensorShapeProto.newBuilder();
        for (long dimension : dimensions) {
            var dim = TensorShapeProto.Dimension.newBuilder();
            shape.addDim(dimension < 0 ? dim.setDimParam("batch") : dim.setDimValue(dimension));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.getNumber())
                                .setShape(shape)))
                .build();
    }

    public static TensorProto tensor(String name, DataType type, List<Long> dimensions, double... values) {
        var tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .addAllDims(dimensions);
        for (double value : values) {
            switch (type) {
                case FLOAT -> tensor.addFloatData((float) value);
                case DOUBLE -> tensor.addDoubleData(value);
                case INT64 -> tensor.addInt64Data((long) value);
                default -> throw new IllegalArgumentException("not needed: " + type);
            }
        }
        return tensor.build();
    }
}
