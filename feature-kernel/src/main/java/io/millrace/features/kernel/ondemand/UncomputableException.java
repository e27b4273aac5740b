package io.millrace.features.kernel.ondemand;

import io.millrace.features.kernel.ViewId;

/** An on-demand feature cannot be computed, because of what its definition names: the message says what. */
public final class UncomputableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient ViewId at;

    UncomputableException(ViewId at, String message) {
        super(message);
        this.at = at;
    }

    /** The view whose definition is at fault. */
    public ViewId at() {
        return at;
    }
}
