package io.millrace.gate;

/** The reasons that any service can give, whatever it does. */
public enum GateReason implements Reason {
    MALFORMED_REQUEST(Kind.INVALID_ARGUMENT),
    MESSAGE_TOO_LARGE(Kind.RESOURCE_EXHAUSTED),
    /** The process ends; another replica, or its successor, answers. */
    SHUTTING_DOWN(Kind.UNAVAILABLE),
    INTERNAL(Kind.INTERNAL);

    private final Kind kind;

    GateReason(Kind kind) {
        this.kind = kind;
    }

    @Override
    public String domain() {
        return "millrace";
    }

    @Override
    public Kind kind() {
        return kind;
    }
}
