package io.millrace.inference.app.infer;

import io.millrace.inference.domain.Signature;
import java.util.List;

/**
 * What can be known of a model or pipeline before it is called.
 *
 * @param versions that serve, oldest first
 * @param platform how it is run, in Triton's words: {@code onnxruntime_onnx}, {@code ensemble}
 */
public record TargetMetadata(String name, List<String> versions, String platform, Signature signature) {
    public TargetMetadata {
        versions = List.copyOf(versions);
    }

    /** What runs it, in Triton's words: {@code onnxruntime}; empty for a pipeline. */
    public String backend() {
        int end = platform.indexOf('_');
        return end < 0 ? "" : platform.substring(0, end);
    }
}
