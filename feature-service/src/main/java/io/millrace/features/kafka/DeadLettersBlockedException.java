package io.millrace.features.kafka;

import org.jspecify.annotations.Nullable;

/** Dead letters have nowhere to go, and trying again alone does not help: their topic cannot be made or may not be written. */
final class DeadLettersBlockedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DeadLettersBlockedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
