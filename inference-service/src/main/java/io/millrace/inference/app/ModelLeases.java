package io.millrace.inference.app;

import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.ModelReference;

/** Finds what scores the rows of pipelines, and holds it. */
@FunctionalInterface
interface ModelLeases {
    /**
     * Holds a model or an ensemble.
     *
     * @throws io.millrace.gate.Refusal MODEL_NOT_SERVING, MODEL_DOES_NOT_FIT
     */
    ModelLease lease(Pipeline pipeline, ModelReference model);
}
