package io.millrace.inference.app;

import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import java.nio.ByteBuffer;
import java.util.List;

/** The use of a model version for one batch; the version stays loaded until the lease is closed. */
final class ModelLease implements AutoCloseable {
    private final ServedModel model;
    private final ScoringPlan plan;

    ModelLease(ServedModel model, ScoringPlan plan) {
        this.model = model;
        this.plan = plan;
    }

    ScoringPlan plan() {
        return plan;
    }

    ModelIdentity identity() {
        return model.identity();
    }

    double[] run(int rows, List<ByteBuffer> inputs) {
        return model.run(rows, inputs);
    }

    @Override
    public void close() {
        model.release();
    }
}
