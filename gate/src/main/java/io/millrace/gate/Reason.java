package io.millrace.gate;

/**
 * Why a request was refused: one constant of a service's reason enum. The name is stable across releases; clients decide by it,
 * never by the message.
 */
public interface Reason {
    /** The enum constant's name, upper-case with underscores. */
    String name();

    /** Name of the service area, such as {@code millrace.features}; the domain of gRPC's ErrorInfo. */
    String domain();

    /** The kind of refusal; it decides the gRPC status and the HTTP status. */
    Kind kind();

    /** The kinds of refusal with their statuses, after google.rpc.Code's mapping to HTTP. */
    enum Kind {
        INVALID_ARGUMENT(3, 400),
        DEADLINE_EXCEEDED(4, 504),
        NOT_FOUND(5, 404),
        ALREADY_EXISTS(6, 409),
        PERMISSION_DENIED(7, 403),
        RESOURCE_EXHAUSTED(8, 429),
        FAILED_PRECONDITION(9, 412),
        UNIMPLEMENTED(12, 501),
        INTERNAL(13, 500),
        UNAVAILABLE(14, 503),
        UNAUTHENTICATED(16, 401);

        private final int grpcCode;
        private final int httpStatus;

        Kind(int grpcCode, int httpStatus) {
            this.grpcCode = grpcCode;
            this.httpStatus = httpStatus;
        }

        /** Value of the gRPC status code. */
        public int grpcCode() {
            return grpcCode;
        }

        public int httpStatus() {
            return httpStatus;
        }
    }
}
