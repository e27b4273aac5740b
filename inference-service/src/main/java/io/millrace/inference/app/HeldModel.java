package io.millrace.inference.app;

import io.millrace.inference.domain.ModelDefinition.Output;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.Tensor;
import java.util.List;

/** What scores a pipeline's rows: a model version or an ensemble, held for one batch. */
public interface HeldModel extends AutoCloseable {
    ModelIdentity identity();

    /** Which column of what it gives is the prediction; only of one that pipelines may use. */
    Output prediction();

    /**
     * Runs it.
     *
     * @throws io.millrace.gate.Refusal as {@link ModelUse#infer}; a row that cannot be computed is MODEL_FAILED
     */
    Inferred score(List<Tensor> inputs, int rows, Deadline deadline);

    @Override
    void close();
}
