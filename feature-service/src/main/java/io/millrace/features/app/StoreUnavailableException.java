package io.millrace.features.app;

import org.jspecify.annotations.Nullable;

/** The online store cannot be reached or refused the change for now. Trying the same change again is right. */
public final class StoreUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
