package io.millrace.inference.app;

import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import java.nio.ByteBuffer;
import java.util.List;

/** The use of a model version for one call; the version stays loaded until this is closed. */
public final class ModelUse implements AutoCloseable {
    private final ServedModel model;

    /** Of a model that was acquired. */
    ModelUse(ServedModel model) {
        this.model = model;
    }

    public ModelIdentity identity() {
        return model.identity();
    }

    public Signature signature() {
        return model.signature();
    }

    /** See {@link LoadedModel#infer}. */
    public Inferred infer(List<Tensor> inputs) {
        return model.infer(inputs);
    }

    /**
     * Counts a call that was answered.
     *
     * @param rows of the call
     * @param nanos from its arrival to its answer
     * @param atMillis when, since the epoch
     */
    public void succeeded(int rows, Inferred run, long nanos, long atMillis) {
        model.tally().succeeded(rows, run, nanos, atMillis);
    }

    /** Counts a call that failed after {@code nanos}. */
    public void failed(long nanos) {
        model.tally().failed(nanos);
    }

    double[] run(int rows, List<ByteBuffer> inputs) {
        return model.run(rows, inputs);
    }

    @Override
    public void close() {
        model.release();
    }
}
