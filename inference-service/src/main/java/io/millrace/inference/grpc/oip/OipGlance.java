package io.millrace.inference.grpc.oip;

import io.grpc.StatusRuntimeException;
import io.millrace.gate.grpc.GrpcRefusals;
import io.millrace.gate.grpc.ReadableMessages.Glance;
import io.millrace.inference.app.infer.Inference;
import io.millrace.inference.telemetry.InferenceMetrics;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the beginning of a call for inference, where the name of its model stands, and refuses it unread where the model's queue is full. A message that does not begin with the name, as all
 * that are written in the order of fields do, is read.
 */
final class OipGlance implements Glance {
    private static final String METHOD = "ModelInfer";
    private static final int NAME = 1 << 3 | 2;
    private static final int VERSION = 2 << 3 | 2;

    /** Longer ones are read. */
    private static final int MOST_BYTES = 127;

    private final Inference inference;
    private final InferenceMetrics metrics;
    private final StatusRuntimeException refusal = GrpcRefusals.status(Inference.FULL);

    OipGlance(Inference inference, InferenceMetrics metrics) {
        this.inference = inference;
        this.metrics = metrics;
    }

    @Override
    public @Nullable StatusRuntimeException refuse(String method, InputStream message) throws IOException {
        if (!method.equals(METHOD) || message.read() != NAME) {
            return null;
        }
        String name = text(message);
        if (name == null) {
            return null;
        }
        String version = message.read() == VERSION ? text(message) : "";
        if (version == null || !inference.refuses(name, OipMessages.given(version))) {
            return null;
        }
        metrics.shed();
        return refusal;
    }

    /** Null where it is longer than such names are. */
    private static @Nullable String text(InputStream message) throws IOException {
        int length = message.read();
        if (length < 0 || length > MOST_BYTES) {
            return null;
        }
        return new String(message.readNBytes(length), StandardCharsets.UTF_8);
    }
}
