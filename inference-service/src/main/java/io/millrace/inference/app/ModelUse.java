package io.millrace.inference.app;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.ModelTally.Failure;
import io.millrace.inference.app.explain.ModelExplainer;
import io.millrace.inference.app.queue.BatchChoice;
import io.millrace.inference.domain.ModelDefinition.Output;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import java.util.List;
import java.util.Optional;

/** The use of a model version for one call; the version stays loaded until this is closed. */
public final class ModelUse implements HeldModel {
    private final ServedModel model;

    /** Of a model that was acquired. */
    ModelUse(ServedModel model) {
        this.model = model;
    }

    @Override
    public ModelIdentity identity() {
        return model.identity();
    }

    @Override
    public ModelExplainer explainer() {
        return model.explainer();
    }

    /** SHA-256 of the public key that signed its definition; empty where keys are not asked for. */
    public String signer() {
        return model.signer();
    }

    @Override
    public Signature signature() {
        return model.signature();
    }

    @Override
    public Output prediction() {
        return model.definition().output().orElseThrow();
    }

    /**
     * Runs the model when it is this call's turn, perhaps together with others' rows, and counts that.
     *
     * @param inputs see {@link LoadedModel#infer}
     * @param rows what the tensors' first dimensions say; 1 where the model has no batch dimension
     * @return outputs whose data is not written to any more
     * @throws Refusal MODEL_FAILED, BUSY, DEADLINE_EXCEEDED, CALLER_GONE
     */
    @Override
    public Inferred infer(List<Tensor> inputs, int rows, Deadline deadline) {
        return model.infer(inputs, rows, deadline);
    }

    @Override
    public Inferred score(List<Tensor> inputs, int rows, Deadline deadline) {
        return infer(inputs, rows, deadline);
    }

    /** The same without waiting; empty, and nothing counted, where it would have to, or would run for long. */
    public Optional<Inferred> inferNow(List<Tensor> inputs, int rows, Deadline deadline) {
        return model.lane().inferNow(inputs, rows, deadline);
    }

    /** How calls are joined; empty where they are not. */
    public Optional<BatchChoice> batching() {
        return model.lane().batching();
    }

    /** Counts a call that was refused before it reached the model, after {@code nanos}. */
    public void refused(long nanos) {
        model.tally().failed(Failure.OTHER, nanos);
    }

    @Override
    public void close() {
        model.release();
    }
}
