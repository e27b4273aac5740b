package io.millrace.inference.app;

import io.millrace.gate.Refusal;
import io.millrace.inference.domain.ModelDefinition.Output;
import io.millrace.inference.domain.Tensor;
import java.nio.ByteBuffer;
import java.util.List;

/** The predictions among what a model gave: one column of one tensor. */
public final class PredictionColumn {
    private PredictionColumn() {}

    /**
     * Reads it.
     *
     * @param outputs what the model gave, the named tensor [rows] or [rows, columns] of numbers among it
     * @return one number per row; may hold NaN and infinities
     * @throws Refusal MODEL_FAILED where the tensor is not there or of another form
     */
    public static double[] read(Output output, List<Tensor> outputs, int rows) {
        Tensor tensor = outputs.stream()
                .filter(candidate -> candidate.name().equals(output.tensor()))
                .findFirst()
                .orElseThrow(() -> failed("the model gave no output '" + output.tensor() + "'"));
        List<Long> shape = tensor.shape();
        long columns = shape.size() == 2 ? shape.get(1) : 1;
        if (shape.isEmpty() || shape.size() > 2 || output.column() >= columns) {
            throw failed(
                    "output '" + output.tensor() + "' has shape " + shape + ", declared is column " + output.column());
        }
        if (shape.getFirst() != rows) {
            throw failed(rows + " rows gave " + shape.getFirst() + " predictions");
        }
        var predictions = new double[rows];
        int stride = (int) columns * tensor.datatype().bytes();
        int at = output.column() * tensor.datatype().bytes();
        for (int row = 0; row < rows; row++) {
            predictions[row] = number(tensor, at + row * stride);
        }
        return predictions;
    }

    private static double number(Tensor tensor, int at) {
        ByteBuffer data = tensor.data();
        return switch (tensor.datatype()) {
            case FP32 -> data.getFloat(at);
            case FP64 -> data.getDouble(at);
            case INT64 -> data.getLong(at);
            case INT32 -> data.getInt(at);
            default ->
                throw failed("output '" + tensor.name() + "' is of " + tensor.datatype()
                        + ", which is no number that a prediction can be");
        };
    }

    private static Refusal failed(String why) {
        return new Refusal(InferenceReason.MODEL_FAILED, "the model failed: " + why);
    }
}
