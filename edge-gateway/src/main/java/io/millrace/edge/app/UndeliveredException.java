package io.millrace.edge.app;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An entry of a spool was not taken by where it goes; it stays in the spool. */
public final class UndeliveredException extends Exception {
    private static final long serialVersionUID = 1;

    private final @Nullable Duration retryAfter;

    /** Trying again soon may help. */
    public UndeliveredException(String message) {
        super(message);
        this.retryAfter = null;
    }

    /** Trying again soon may help. */
    public UndeliveredException(String message, Throwable cause) {
        super(message, cause);
        this.retryAfter = null;
    }

    /** Trying again soon will not help. */
    public UndeliveredException(String message, Duration retryAfter) {
        super(message);
        this.retryAfter = retryAfter;
    }

    /** The wait before the next try, where the usual one would be too short. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
