package io.millrace.inference.app.explain;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.HeldModel;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.PredictionColumn;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.models.kernel.explain.SampledShapley;
import java.util.Arrays;

/** A model that is asked for predictions of rows, many in one call where it takes that, until the deadline. */
record Asked(HeldModel model, ModelDefinition definition, Texts texts, Deadline deadline)
        implements SampledShapley.Scores {
    /** @throws Refusal what {@link HeldModel#score} throws; PREDICTION_NOT_FINITE */
    @Override
    public double[] of(double[][] rows) {
        if (model.signature().isBatch() || rows.length == 1) {
            return together(rows);
        }
        double[] scores = new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            scores[i] = together(new double[][] {rows[i]})[0];
        }
        return scores;
    }

    private double[] together(double[][] rows) {
        deadline.left();
        double[] scores = PredictionColumn.read(
                model.prediction(),
                model.score(Rows.tensors(definition, rows, texts), rows.length, deadline)
                        .outputs(),
                rows.length);
        if (!Arrays.stream(scores).allMatch(Double::isFinite)) {
            throw new Refusal(
                    InferenceReason.PREDICTION_NOT_FINITE,
                    "the model gives no finite number for a row that is made to explain others");
        }
        return scores;
    }
}
