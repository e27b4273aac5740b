package io.millrace.inference.app;

import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import java.nio.ByteBuffer;
import java.util.List;

/** The use of a model version for one batch of a pipeline, and how the pipeline fills it. */
record ModelLease(ModelUse use, ScoringPlan plan) implements AutoCloseable {
    ModelIdentity identity() {
        return use.identity();
    }

    double[] run(int rows, List<ByteBuffer> inputs) {
        return use.run(rows, inputs);
    }

    @Override
    public void close() {
        use.close();
    }
}
