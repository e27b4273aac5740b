package io.millrace.inference.kafka;

import org.jspecify.annotations.Nullable;

/** A stream cannot go on for a reason that people should read and that may pass: it is tried again, and nothing is skipped meanwhile. */
final class StreamStalledException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StreamStalledException(String reason, @Nullable Throwable cause) {
        super(reason, cause);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
