package io.millrace.inference.app.infer;

import io.millrace.inference.app.queue.BatchChoice;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.ensemble.Ensemble.ModelStep;
import java.util.List;
import java.util.Optional;

/**
 * What can be known of a model or pipeline before it is called.
 *
 * @param versions that serve, oldest first
 * @param platform how it is run, in Triton's words: {@code onnxruntime_onnx}, {@code ensemble}
 * @param batching how calls are joined; empty where they are not
 * @param steps of an ensemble, those that run a model; else none
 */
public record TargetMetadata(
        String name,
        List<String> versions,
        String platform,
        Signature signature,
        Optional<BatchChoice> batching,
        List<ModelStep> steps) {
    public TargetMetadata {
        versions = List.copyOf(versions);
        steps = List.copyOf(steps);
    }

    /** The version of a step's model as Triton's configuration has it: -1 where it is the newest, or is no number. */
    public static long number(ModelReference model) {
        return model.version()
                .filter(version -> version.matches("\\d{1,18}"))
                .map(Long::valueOf)
                .orElse(-1L);
    }

    /** What runs it, in Triton's words: {@code onnxruntime}; empty for a pipeline. */
    public String backend() {
        int end = platform.indexOf('_');
        return end < 0 ? "" : platform.substring(0, end);
    }
}
