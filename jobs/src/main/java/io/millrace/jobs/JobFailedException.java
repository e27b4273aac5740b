package io.millrace.jobs;

import org.jspecify.annotations.Nullable;

/** A job cannot be done; the message says why to whoever started it. */
public class JobFailedException extends RuntimeException {
    public JobFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
