package io.millrace.features.app.batch;

import org.jspecify.annotations.Nullable;

/** A table of a batch source cannot be read; the message says why. */
public class BatchSourceException extends RuntimeException {
    public BatchSourceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
