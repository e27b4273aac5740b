package io.millrace.gate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request that is refused for a reason that its caller may know. Everything else that is thrown is INTERNAL with a generic text outside. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Reason reason;
    private final transient List<Detail> details;

    /** One fault of a request that may have several: where ({@code file:line}, a field, a row) and what. */
    public record Detail(String where, String what) {}

    public Refusal(Reason reason, String message) {
        this(reason, message, List.of(), null);
    }

    public Refusal(Reason reason, String message, List<Detail> details) {
        this(reason, message, details, null);
    }

    public Refusal(Reason reason, String message, @Nullable Throwable cause) {
        this(reason, message, List.of(), cause);
    }

    private Refusal(Reason reason, String message, List<Detail> details, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.details = List.copyOf(details);
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
