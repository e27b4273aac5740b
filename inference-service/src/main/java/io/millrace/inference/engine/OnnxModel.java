package io.millrace.inference.engine;

import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslateException;
import ai.djl.translate.TranslatorContext;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.Inferred;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.Input;
import io.millrace.inference.domain.ModelDefinition.Output;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import java.nio.ByteBuffer;
import java.util.List;

/** A session of ONNX Runtime. One predictor of a kind serves all threads: its translator keeps nothing between calls. */
final class OnnxModel implements LoadedModel {
    private final Signature signature;
    private final Model model;
    private final Predictor<Batch, double[]> rows;
    private final Predictor<List<Tensor>, Inferred> tensors;

    private record Batch(int rows, List<ByteBuffer> inputs) {}

    OnnxModel(ModelDefinition definition, Signature signature, Model model) {
        this.signature = signature;
        this.model = model;
        this.rows = model.newPredictor(new Rows(definition));
        this.tensors = model.newPredictor(new OnnxTensors(signature));
    }

    @Override
    public Signature signature() {
        return signature;
    }

    @Override
    public Inferred infer(List<Tensor> inputs) {
        return predict(tensors, inputs);
    }

    @Override
    public double[] run(int count, List<ByteBuffer> inputs) {
        return predict(rows, new Batch(count, inputs));
    }

    private static <I, O> O predict(Predictor<I, O> predictor, I input) {
        try {
            return predictor.predict(input);
        } catch (TranslateException e) {
            throw failed(e.getCause() instanceof EngineException engine ? engine : e);
        } catch (EngineException e) {
            throw failed(e);
        }
    }

    @Override
    public void close() {
        rows.close();
        tensors.close();
        model.close();
    }

    private static Refusal failed(Exception e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return new Refusal(InferenceReason.MODEL_FAILED, "the model failed: " + cause.getMessage(), e);
    }

    /** Buffers to tensors, and the named output's column to numbers. */
    private record Rows(ModelDefinition definition) implements NoBatchifyTranslator<Batch, double[]> {
        @Override
        public NDList processInput(TranslatorContext context, Batch batch) {
            NDManager manager = context.getNDManager();
            var list = new NDList(batch.inputs().size());
            for (int i = 0; i < batch.inputs().size(); i++) {
                Input input = definition.inputs().get(i);
                var shape = new Shape(batch.rows(), input.columns().size());
                NDArray array = manager.create(batch.inputs().get(i), shape, type(input.type()));
                array.setName(input.name());
                list.add(array);
            }
            return list;
        }

        @Override
        public double[] processOutput(TranslatorContext context, NDList outputs) {
            Output output = definition.output().orElseThrow();
            NDArray array = null;
            for (NDArray candidate : outputs) {
                if (output.tensor().equals(candidate.getName())) {
                    array = candidate;
                }
            }
            if (array == null) {
                throw new IllegalStateException("the model gave no output '" + output.tensor() + "'");
            }
            Shape shape = array.getShape();
            int columns = shape.dimension() == 1 ? 1 : Math.toIntExact(shape.get(1));
            if (shape.dimension() < 1 || shape.dimension() > 2 || output.column() >= columns) {
                throw new IllegalStateException("output '" + output.tensor() + "' has shape " + shape
                        + ", declared is column " + output.column());
            }
            return column(array, Math.toIntExact(shape.get(0)), columns, output.column());
        }

        private static double[] column(NDArray array, int rows, int columns, int column) {
            ByteBuffer values = array.toByteBuffer();
            int bytes = array.getDataType().getNumOfBytes();
            var predictions = new double[rows];
            for (int row = 0; row < rows; row++) {
                int at = (row * columns + column) * bytes;
                predictions[row] = number(values, at, array.getDataType());
            }
            return predictions;
        }

        private static double number(ByteBuffer values, int at, DataType type) {
            if (type == DataType.FLOAT32) {
                return values.getFloat(at);
            }
            if (type == DataType.FLOAT64) {
                return values.getDouble(at);
            }
            if (type == DataType.INT64) {
                return values.getLong(at);
            }
            if (type == DataType.INT32) {
                return values.getInt(at);
            }
            throw new IllegalStateException("the output is of type " + type + ", which is no number");
        }

        private static DataType type(TensorType type) {
            return switch (type) {
                case FLOAT32 -> DataType.FLOAT32;
                case FLOAT64 -> DataType.FLOAT64;
                case INT64 -> DataType.INT64;
            };
        }
    }
}
