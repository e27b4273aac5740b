package io.millrace.edge.domain;

/** Why a node has no fresh summary. */
public record NodeError(Code code, String message) {
    /** Stable; consumers decide by it. */
    public enum Code {
        /** Registered, but no summary yet. */
        NEVER_SEEN,
        /** No summary for several of its intervals. */
        SILENT,
        /** The cycle ended before the node was asked. */
        NOT_REACHED,
        /** No answer within the time that a pull has, or before the cycle ended. */
        TIMEOUT,
        CONNECT_FAILED,
        /** The name has no address. */
        UNRESOLVED,
        ADDRESS_NOT_ALLOWED,
        /** An HTTP status other than 200; redirects are not followed. */
        HTTP_STATUS,
        RESPONSE_TOO_LARGE,
        /** The answer is not a summary. */
        INVALID_SUMMARY,
        /** The node answered, but the spool did not take its summary. */
        NOT_SPOOLED
    }
}
