package io.millrace.inference.app;

import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.ScoredBatch;

/** Sees what a deployment's arms scored. */
@FunctionalInterface
interface Mirror {
    void mirror(SplitBatch split, Pipeline pipeline, Batch batch, ScoredBatch scored);
}
