package io.millrace.inference.app.infer;

import io.millrace.inference.app.queue.BatchChoice;
import io.millrace.inference.domain.Signature;
import java.util.List;
import java.util.Optional;

/**
 * What can be known of a model or pipeline before it is called.
 *
 * @param versions that serve, oldest first
 * @param platform how it is run, in Triton's words: {@code onnxruntime_onnx}, {@code ensemble}
 * @param batching how calls are joined; empty where they are not
 */
public record TargetMetadata(
        String name, List<String> versions, String platform, Signature signature, Optional<BatchChoice> batching) {
    public TargetMetadata {
        versions = List.copyOf(versions);
    }

    /** Of what joins no calls. */
    public TargetMetadata(String name, List<String> versions, String platform, Signature signature) {
        this(name, versions, platform, signature, Optional.empty());
    }

    /** What runs it, in Triton's words: {@code onnxruntime}; empty for a pipeline. */
    public String backend() {
        int end = platform.indexOf('_');
        return end < 0 ? "" : platform.substring(0, end);
    }
}
