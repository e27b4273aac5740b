package io.millrace.local.training;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.ByteString;
import io.millrace.local.platform.CommandFailure;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * A logistic model as ONNX: {@code output = Softmax(Gemm(input, weights, bias))} in float32, with the columns in the model's order and the outputs
 * false, true. Written without a timestamp, so that the same model is the same bytes (docs/adr/0072).
 */
public final class OnnxFile {
    static final String INPUT = "input";
    static final String OUTPUT = "output";

    private static final long IR_VERSION = 8;
    private static final long OPSET = 13;

    private OnnxFile() {}

    /** The file's bytes. */
    public static byte[] of(LogisticModel model) {
        int columns = model.columns().size();
        ByteBuffer weights = floats(columns * 2);
        for (int column = 0; column < columns; column++) {
            for (int output = 0; output < 2; output++) {
                weights.putFloat((float) model.weights()[output][column]);
            }
        }
        ByteBuffer biases = floats(2);
        biases.putFloat((float) model.biases()[0]).putFloat((float) model.biases()[1]);
        var graph = GraphProto.newBuilder()
                .setName("logistic-regression")
                .addInput(tensor(INPUT, columns))
                .addOutput(tensor(OUTPUT, 2))
                .addInitializer(initializer("weights", weights, columns, 2))
                .addInitializer(initializer("bias", biases, 2))
                .addNode(NodeProto.newBuilder()
                        .setOpType("Gemm")
                        .addInput(INPUT)
                        .addInput("weights")
                        .addInput("bias")
                        .addOutput("logits"))
                .addNode(NodeProto.newBuilder()
                        .setOpType("Softmax")
                        .addInput("logits")
                        .addOutput(OUTPUT)
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("axis")
                                .setType(AttributeProto.AttributeType.INT)
                                .setI(1)));
        return ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("millrace")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .setGraph(graph)
                .build()
                .toByteArray();
    }

    /**
     * Scores rows with ONNX Runtime and compares with Tribuo's own probabilities.
     *
     * @return the largest difference
     */
    public static double largestDifference(LogisticModel model, byte[] onnx, double[][] rows) {
        float[][] input = new float[rows.length][model.columns().size()];
        for (int row = 0; row < rows.length; row++) {
            for (int column = 0; column < input[row].length; column++) {
                double value = rows[row][column];
                input[row][column] = (float) (Double.isNaN(value) ? model.impute(column) : value);
            }
        }
        OrtEnvironment runtime = OrtEnvironment.getEnvironment();
        try (OrtSession session = runtime.createSession(onnx);
                OnnxTensor tensor = OnnxTensor.createTensor(runtime, input);
                OrtSession.Result result = session.run(Map.of(INPUT, tensor))) {
            float[][] scores = (float[][]) result.get(0).getValue();
            double largest = 0;
            for (int row = 0; row < rows.length; row++) {
                largest = Math.max(largest, Math.abs(scores[row][1] - model.probability(rows[row])));
            }
            return largest;
        } catch (OrtException e) {
            throw CommandFailure.failed("ONNX Runtime does not run the trained model: " + e.getMessage());
        }
    }

    private static ByteBuffer floats(int count) {
        return ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static TensorProto initializer(String name, ByteBuffer values, long... dimensions) {
        var tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .setRawData(ByteString.copyFrom(values.flip()));
        for (long dimension : dimensions) {
            tensor.addDims(dimension);
        }
        return tensor.build();
    }

    private static ValueInfoProto tensor(String name, long columns) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT.getNumber())
                                .setShape(TensorShapeProto.newBuilder()
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimParam("batch"))
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimValue(columns)))))
                .build();
    }
}
