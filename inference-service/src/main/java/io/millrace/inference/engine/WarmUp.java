package io.millrace.inference.engine;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.app.PredictionColumn;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.Column;
import io.millrace.inference.domain.ModelDefinition.Input;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The first runs of a model, before it serves: a session allocates and plans in them. */
final class WarmUp {
    private static final int RUNS = 3;

    private WarmUp() {}

    /**
     * Runs a model that pipelines use on rows of imputed values, and any other on zeros and empty strings, where its signature leaves no size but the number of rows open.
     *
     * @throws ModelRefusedException WARM_UP_FAILED
     */
    static void run(LoadedModel model, ModelDefinition definition) throws ModelRefusedException {
        for (int run = 0; run < RUNS; run++) {
            for (int rows = 1; rows <= 2; rows++) {
                if (definition.output().isPresent()) {
                    score(model, definition, rows);
                } else if (model.signature().inputs().stream().allMatch(WarmUp::hasKnownRows)) {
                    infer(model, rows);
                }
            }
        }
    }

    private static boolean hasKnownRows(TensorSpec input) {
        return input.shape().stream().skip(1).noneMatch(size -> size == TensorSpec.VARIABLE);
    }

    private static void infer(LoadedModel model, int rows) throws ModelRefusedException {
        var inputs = new ArrayList<Tensor>();
        for (TensorSpec spec : model.signature().inputs()) {
            List<Long> shape = spec.shape().stream()
                    .map(size -> size == TensorSpec.VARIABLE ? Long.valueOf(rows) : size)
                    .toList();
            long elements = Tensor.elements(shape);
            if (elements < 0) {
                throw new ModelRefusedException(
                        ModelFault.SIGNATURE_MISMATCH, "input '" + spec.name() + "' has the shape " + spec.shape());
            }
            inputs.add(
                    spec.datatype() == Datatype.BYTES
                            ? Tensor.ofStrings(spec.name(), shape, Collections.nCopies((int) elements, new byte[0]))
                            : new Tensor(
                                    spec.name(),
                                    spec.datatype(),
                                    shape,
                                    ByteBuffer.allocateDirect(Math.toIntExact(
                                            elements * spec.datatype().bytes()))));
        }
        try {
            model.infer(inputs);
        } catch (Refusal e) {
            throw failed(e);
        }
    }

    private static void score(LoadedModel model, ModelDefinition definition, int rows) throws ModelRefusedException {
        List<Tensor> inputs = new ArrayList<>();
        for (Input input : definition.inputs()) {
            List<Long> shape = List.of((long) rows, (long) input.columns().size());
            int elements = rows * input.columns().size();
            inputs.add(
                    input.type() == TensorType.STRING
                            ? Tensor.ofStrings(input.name(), shape, Collections.nCopies(elements, new byte[0]))
                            : new Tensor(input.name(), input.type().datatype(), shape, imputed(input, rows)));
        }
        try {
            PredictionColumn.read(
                    definition.output().orElseThrow(), model.infer(inputs).outputs(), rows);
        } catch (Refusal e) {
            throw failed(e);
        }
    }

    private static ModelRefusedException failed(Refusal e) {
        return new ModelRefusedException(ModelFault.WARM_UP_FAILED, "the first run failed: " + e.getMessage(), e);
    }

    /** Imputed values where there are any, else zeros. */
    private static ByteBuffer imputed(Input input, int rows) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(
                        rows * input.columns().size() * input.type().bytes())
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < rows; row++) {
            for (Column column : input.columns()) {
                double value = column instanceof Column.Feature feature
                        ? feature.impute().orElse(0)
                        : 0;
                switch (input.type()) {
                    case FLOAT32 -> buffer.putFloat((float) value);
                    case FLOAT64 -> buffer.putDouble(value);
                    case INT64 -> buffer.putLong((long) value);
                    case STRING -> throw new IllegalStateException("texts are imputed elsewhere");
                }
            }
        }
        return buffer.flip();
    }
}
