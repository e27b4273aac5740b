package io.millrace.inference.app;

import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.Tensor;
import java.util.List;

/** The use of a model version or an ensemble for one batch of a pipeline, and how the pipeline fills it. */
record ModelLease(HeldModel use, ScoringPlan plan) implements AutoCloseable {
    ModelIdentity identity() {
        return use.identity();
    }

    /**
     * Runs the model on a pipeline's rows.
     *
     * @return one prediction per row; may hold NaN and infinities
     * @throws io.millrace.gate.Refusal as {@link HeldModel#score}
     */
    double[] run(List<Tensor> inputs, int rows, Deadline deadline) {
        return PredictionColumn.read(
                use.prediction(), use.score(inputs, rows, deadline).outputs(), rows);
    }

    @Override
    public void close() {
        use.close();
    }
}
