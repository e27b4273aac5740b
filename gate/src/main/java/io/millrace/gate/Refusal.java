package io.millrace.gate;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request that is refused for a reason that its caller may know. Everything else that is thrown is INTERNAL with a generic text outside. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Reason reason;
    private final transient List<Detail> details;
    private final @Nullable Duration retryAfter;

    /** One fault of a request that may have several: where ({@code file:line}, a field, a row) and what. */
    public record Detail(String where, String what) {}

    public Refusal(Reason reason, String message) {
        this(reason, message, List.of(), null, null);
    }

    public Refusal(Reason reason, String message, List<Detail> details) {
        this(reason, message, details, null, null);
    }

    public Refusal(Reason reason, String message, @Nullable Throwable cause) {
        this(reason, message, List.of(), cause, null);
    }

    private Refusal(
            Reason reason,
            String message,
            List<Detail> details,
            @Nullable Throwable cause,
            @Nullable Duration retryAfter) {
        // What is refused for now comes in thousands while a service is overloaded: where it was thrown tells nobody
        // anything, and costs more than the refusal.
        super(message, cause, true, retryAfter == null);
        this.reason = reason;
        this.details = List.copyOf(details);
        this.retryAfter = retryAfter;
    }

    /** The refusal of a request that is right, and may come again after a while. */
    public static Refusal forNow(Reason reason, String message, Duration retryAfter) {
        return new Refusal(reason, message, List.of(), null, retryAfter);
    }

    /** When the same request may be tried again; empty where that is not known, or never. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    public Reason reason() {
        return reason;
    }

    public List<Detail> details() {
        return details;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
