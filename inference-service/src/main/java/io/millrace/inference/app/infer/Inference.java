package io.millrace.inference.app.infer;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.infer.InferRequest.RequestedOutput;
import io.millrace.inference.config.InferenceConfig;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;

/** Answers calls for inference on models and pipelines. */
@ApplicationScoped
public class Inference {
    /** Parameter: the caller's patience in microseconds, as Triton has it. */
    private static final String TIMEOUT = "timeout";

    /** Parameters that steer the call; all others come back in the answer. */
    private static final Set<String> STEERING = Set.of(
            TIMEOUT,
            "priority",
            "sequence_id",
            "sequence_start",
            "sequence_end",
            "headers",
            "binary_data_output",
            PipelineTarget.COMPLETE_WITHIN);

    private final Targets targets;
    private final Duration deadline;
    private final int maxRows;
    private final int maxConcurrent;
    private final Semaphore admitted;

    public Inference(Targets targets, InferenceConfig config) {
        this.targets = targets;
        this.deadline = config.predict().deadline();
        this.maxRows = config.predict().maxRows();
        this.maxConcurrent = config.predict().maxConcurrentRequests();
        this.admitted = new Semaphore(maxConcurrent);
    }

    /**
     * Runs a model or pipeline.
     *
     * @throws Refusal MODEL_NOT_FOUND, MODEL_UNAVAILABLE, INVALID_TENSOR, INVALID_REQUEST, BUSY, DEADLINE_EXCEEDED, MODEL_FAILED; for a pipeline also what
     *     {@link io.millrace.inference.app.Predictions#predict} throws
     */
    public InferResponse infer(InferRequest request) {
        Duration left = patience(request);
        if (!left.isPositive()) {
            throw new Refusal(InferenceReason.DEADLINE_EXCEEDED, "the deadline has passed");
        }
        if (!admitted.tryAcquire()) {
            throw new Refusal(InferenceReason.BUSY, maxConcurrent + " requests are under way: try again later");
        }
        try (Target target = targets.open(request.model(), request.version())) {
            Target.Result result = target.infer(request, left);
            return new InferResponse(
                    request.model(),
                    result.version(),
                    request.id(),
                    echoed(request.parameters()),
                    outputs(target.signature(), result.outputs(), request.outputs()));
        } finally {
            admitted.release();
        }
    }

    private Duration patience(InferRequest request) {
        Duration left = request.deadline().orElse(deadline);
        return switch (request.parameters().get(TIMEOUT)) {
            case null -> shorter(left, deadline);
            case Long micros
            when micros > 0 -> shorter(left, shorter(deadline, Duration.of(micros, ChronoUnit.MICROS)));
            case Long micros when micros == 0 -> shorter(left, deadline);
            case Object other ->
                throw new Refusal(
                        InferenceReason.INVALID_REQUEST,
                        "parameter '" + TIMEOUT + "' must be microseconds, 0 or more, was " + other);
        };
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static Map<String, Object> echoed(Map<String, Object> parameters) {
        if (parameters.isEmpty()) {
            return parameters;
        }
        var echoed = new HashMap<>(parameters);
        echoed.keySet().removeAll(STEERING);
        return echoed;
    }

    private static List<Tensor> outputs(Signature signature, List<Tensor> outputs, List<RequestedOutput> requested) {
        if (requested.isEmpty()) {
            return outputs;
        }
        return requested.stream()
                .map(output -> {
                    Tensor tensor = outputs.stream()
                            .filter(candidate -> candidate.name().equals(output.name()))
                            .findFirst()
                            .orElseThrow();
                    return output.classes() == 0
                            ? tensor
                            : Classification.of(tensor, signature.isBatch(), output.classes());
                })
                .toList();
    }

    /** See {@link Targets#metadata}. */
    public TargetMetadata metadata(String name, Optional<String> version) {
        return targets.metadata(name, version);
    }

    /** Whether a call of this name and version would find something to run. */
    public boolean isReady(String name, Optional<String> version) {
        return targets.isReady(name, version);
    }

    /** Most rows of one call. */
    public int maxRows() {
        return maxRows;
    }
}
