package io.millrace.inference.kafka;

import org.jspecify.annotations.Nullable;

/** A batch cannot be scored now for no fault of its records; it is tried again, whole. */
final class NotYetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotYetException(String reason, @Nullable Throwable cause) {
        super(reason, cause);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
