package io.millrace.inference.app.infer;

import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.queue.BatchChoice;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a request runs on: a model version or a pipeline, held for one call. */
interface Target extends AutoCloseable {
    Signature signature();

    /**
     * Checks the request against the signature and runs it.
     *
     * @throws io.millrace.gate.Refusal for what is wrong with the request, and where it is not answered in time
     */
    Result infer(InferRequest request, Deadline deadline);

    /**
     * The same without waiting; empty where it would have to, or would run for long.
     *
     * @throws io.millrace.gate.Refusal as {@link #infer}
     */
    default Optional<Result> inferNow(InferRequest request, Deadline deadline) {
        return Optional.empty();
    }

    /** What a request adds to the time that it may take, because it asks to wait for something. */
    default Duration allowance(InferRequest request) {
        return Duration.ZERO;
    }

    /** How calls are joined; empty where they are not. */
    default Optional<BatchChoice> batching() {
        return Optional.empty();
    }

    @Override
    void close();

    /**
     * What a run gave.
     *
     * @param version of the model that ran
     * @param outputs all outputs of the signature, in its order
     * @param parameters that the answer gives beside those of the request
     */
    record Result(String version, List<Tensor> outputs, Map<String, Object> parameters) {
        Result(String version, List<Tensor> outputs) {
            this(version, outputs, Map.of());
        }
    }
}
