package io.millrace.inference.app;

import io.millrace.inference.app.explain.ModelExplainer;
import io.millrace.inference.domain.ModelDefinition.Output;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import java.util.List;

/** What scores a pipeline's rows: a model version or an ensemble, held for one batch. */
public interface HeldModel extends AutoCloseable {
    ModelIdentity identity();

    /** How its predictions are explained. */
    ModelExplainer explainer();

    /** What callers see. */
    Signature signature();

    /** Which column of what it gives is the prediction; only of one that pipelines may use. */
    Output prediction();

    /**
     * Runs it on tensors of its signature, and counts that.
     *
     * @return all outputs of the signature; their data is not written to any more
     * @throws io.millrace.gate.Refusal as {@link ModelUse#infer}; of an ensemble INVALID_TENSOR too
     */
    Inferred infer(List<Tensor> inputs, int rows, Deadline deadline);

    /**
     * Runs it on a pipeline's rows.
     *
     * @throws io.millrace.gate.Refusal as {@link ModelUse#infer}; a row that cannot be computed is MODEL_FAILED
     */
    Inferred score(List<Tensor> inputs, int rows, Deadline deadline);

    @Override
    void close();
}
