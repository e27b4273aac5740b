package io.millrace.inference.app.infer;

import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import java.time.Duration;
import java.util.List;

/** What a request runs on: a model version or a pipeline, held for one call. */
interface Target extends AutoCloseable {
    Signature signature();

    /**
     * Checks the request against the signature and runs it.
     *
     * @param left what is left of the time
     */
    Result infer(InferRequest request, Duration left);

    @Override
    void close();

    /**
     * What a run gave.
     *
     * @param version of the model that ran
     * @param outputs all outputs of the signature, in its order
     */
    record Result(String version, List<Tensor> outputs) {}
}
