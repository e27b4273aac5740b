package io.millrace.features.kernel.projection;

import io.millrace.features.kernel.projection.Projection.UndecodableReason;

/** A field whose value cannot be what its type says. Never leaves this package. */
final class UndecodableFieldException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final UndecodableReason reason;

    UndecodableFieldException(UndecodableReason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    UndecodableReason reason() {
        return reason;
    }
}
