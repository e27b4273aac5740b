package io.millrace.inference.app.infer;

import io.millrace.inference.app.Caller;
import io.millrace.inference.domain.Tensor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A call for inference.
 *
 * @param model a model, or a pipeline with {@link Targets#PIPELINE_SUFFIX}
 * @param version of the model; empty: the newest that serves
 * @param id the caller's, given back in the answer; empty where there is none
 * @param parameters Boolean, Long, Double or String by name
 * @param outputs what to answer with, in this order; empty: all outputs
 * @param deadline what is left of the caller's patience, where it names one
 * @param caller whom the answer is for
 */
public record InferRequest(
        String model,
        Optional<String> version,
        String id,
        Map<String, Object> parameters,
        List<Tensor> inputs,
        List<RequestedOutput> outputs,
        Optional<Duration> deadline,
        Caller caller) {
    public InferRequest {
        parameters = Map.copyOf(parameters);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** Of a caller who stays. */
    public InferRequest(
            String model,
            Optional<String> version,
            String id,
            Map<String, Object> parameters,
            List<Tensor> inputs,
            List<RequestedOutput> outputs,
            Optional<Duration> deadline) {
        this(model, version, id, parameters, inputs, outputs, deadline, Caller.PATIENT);
    }

    /**
     * An output that is asked for.
     *
     * @param classes 0: the tensor itself; else its so many largest values of each row, as Triton's classification extension writes them
     */
    public record RequestedOutput(String name, int classes) {
        /** The most classes that a row may be asked for. */
        public static final int MAX_CLASSES = 10_000;
    }
}
