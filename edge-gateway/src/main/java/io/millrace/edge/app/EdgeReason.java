package io.millrace.edge.app;

import io.millrace.gate.Reason;

/** Why edge-gateway refuses a request. */
public enum EdgeReason implements Reason {
    INVALID_NODE(Kind.INVALID_ARGUMENT),
    INVALID_NODE_ID(Kind.INVALID_ARGUMENT),
    INVALID_DEFINITION(Kind.INVALID_ARGUMENT),
    INVALID_PAGE(Kind.INVALID_ARGUMENT),
    /** Not a summary; nothing was taken. */
    INVALID_SUMMARY(Kind.INVALID_ARGUMENT),
    /** Not a CloudEvent 1.0, or not one that carries JSON; nothing was taken. */
    INVALID_EVENT(Kind.INVALID_ARGUMENT),
    BODY_TOO_LARGE(Kind.INVALID_ARGUMENT),
    ADDRESS_NOT_ALLOWED(Kind.PERMISSION_DENIED),
    NODE_NOT_FOUND(Kind.NOT_FOUND),
    TOO_MANY_NODES(Kind.RESOURCE_EXHAUSTED),
    /** So far behind the newest sequence, or of an earlier birth, that nobody can say whether it was seen. Sending it again does not help. */
    STALE_SEQUENCE(Kind.FAILED_PRECONDITION),
    /** Nothing was taken; try later. */
    SPOOL_FULL(Kind.RESOURCE_EXHAUSTED),
    /** The disk did not confirm in time; sending it again is safe. */
    SPOOL_UNAVAILABLE(Kind.UNAVAILABLE),
    NODES_UNAVAILABLE(Kind.UNAVAILABLE),
    /** No cycle has ended yet. */
    NO_AGGREGATE(Kind.FAILED_PRECONDITION);

    private final Kind kind;

    EdgeReason(Kind kind) {
        this.kind = kind;
    }

    @Override
    public String domain() {
        return "millrace.edge";
    }

    @Override
    public Kind kind() {
        return kind;
    }
}
