package io.millrace.inference.app.infer;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.Admission;
import io.millrace.inference.app.CallLog;
import io.millrace.inference.app.Deadline;
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
import java.util.function.BiFunction;
import java.util.function.Supplier;

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

    /** What a call is refused with unread. */
    public static final Refusal FULL = Admission.busy("as many calls of the model wait as may");

    private final Targets targets;
    private final Admission admission;
    private final int maxRows;
    private final CallLog calls;

    public Inference(Targets targets, Admission admission, InferenceConfig config, CallLog calls) {
        this.targets = targets;
        this.admission = admission;
        this.maxRows = config.predict().maxRows();
        this.calls = calls;
    }

    /**
     * Runs a model or pipeline.
     *
     * @throws Refusal MODEL_NOT_FOUND, MODEL_UNAVAILABLE, INVALID_TENSOR, INVALID_REQUEST, BUSY, DEADLINE_EXCEEDED, MODEL_FAILED; for a pipeline also what
     *     {@link io.millrace.inference.app.Predictions#predict} throws
     */
    public InferResponse infer(InferRequest request) {
        return answer(request, (target, deadline) -> Optional.of(target.infer(request, deadline)))
                .orElseThrow();
    }

    /**
     * The same without ever waiting, for threads that must not: empty where the call would wait, or run for long, and is therefore to be made by {@link #infer}.
     *
     * @throws Refusal as {@link #infer}
     */
    public Optional<InferResponse> inferNow(InferRequest request) {
        return answer(request, (target, deadline) -> target.inferNow(request, deadline));
    }

    /**
     * Whether a call that has come need not be read: it would be refused with {@link #FULL}, as is counted then. Never waits.
     *
     * @param version as it was named; empty where it was not
     */
    public boolean refuses(String model, Optional<String> version) {
        return targets.refuses(model, version);
    }

    private Optional<InferResponse> answer(
            InferRequest request, BiFunction<Target, Deadline, Optional<Target.Result>> run) {
        Optional<Duration> patience = patience(request);
        if (patience.isPresent() && !patience.get().isPositive()) {
            throw new Refusal(InferenceReason.DEADLINE_EXCEEDED, "the deadline has passed");
        }
        try (var _ = admission.enter(request.caller());
                Target target = targets.open(request)) {
            Deadline deadline = admission.deadline(patience, target.allowance(request), request.caller());
            return logged(request, target, () -> run.apply(target, deadline))
                    .map(result -> new InferResponse(
                            request.model(),
                            result.version(),
                            request.id(),
                            parameters(request.parameters(), result.parameters()),
                            outputs(target.signature(), result.outputs(), request.outputs())));
        }
    }

    /** Tells the log of calls what was answered; pipelines tell it themselves. */
    private Optional<Target.Result> logged(InferRequest request, Target target, Supplier<Optional<Target.Result>> run) {
        if (target instanceof PipelineTarget || !calls.wants(request.model())) {
            return run.get();
        }
        long start = System.nanoTime();
        try {
            Optional<Target.Result> result = run.get();
            result.ifPresent(answer -> calls.inferred(call(request, answer, "OK", start)));
            return result;
        } catch (Refusal refusal) {
            var nothing = new Target.Result("", List.of());
            calls.inferred(call(request, nothing, refusal.reason().name(), start));
            throw refusal;
        }
    }

    private static CallLog.Inferring call(InferRequest request, Target.Result result, String status, long start) {
        return new CallLog.Inferring(
                request.model(),
                result.version(),
                request.id(),
                request.inputs(),
                result.outputs(),
                result.parameters(),
                status,
                System.nanoTime() - start);
    }

    /** The shorter of what the transport says and what the request says itself. */
    private static Optional<Duration> patience(InferRequest request) {
        return switch (request.parameters().get(TIMEOUT)) {
            case null -> request.deadline();
            case Long micros when micros == 0 -> request.deadline();
            case Long micros
            when micros > 0 -> {
                Duration given = Duration.of(micros, ChronoUnit.MICROS);
                yield Optional.of(request.deadline()
                        .filter(transport -> transport.compareTo(given) < 0)
                        .orElse(given));
            }
            case Object other ->
                throw new Refusal(
                        InferenceReason.INVALID_REQUEST,
                        "parameter '" + TIMEOUT + "' must be microseconds, 0 or more, was " + other);
        };
    }

    /** Those of the request come back, but for those that steer the call. */
    private static Map<String, Object> parameters(Map<String, Object> ofRequest, Map<String, Object> ofAnswer) {
        if (ofRequest.isEmpty()) {
            return ofAnswer;
        }
        var parameters = new HashMap<>(ofRequest);
        parameters.keySet().removeAll(STEERING);
        parameters.putAll(ofAnswer);
        return parameters;
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
