package io.millrace.features.app;

import io.millrace.gate.Reason;

/** Why feature-service refuses a request. */
public enum FeatureReason implements Reason {
    VIEW_NOT_FOUND(Kind.NOT_FOUND),
    FEATURE_NOT_FOUND(Kind.NOT_FOUND),
    FEATURE_SERVICE_NOT_FOUND(Kind.NOT_FOUND),
    MALFORMED_FEATURE_REFERENCE(Kind.INVALID_ARGUMENT),
    MALFORMED_REQUEST(Kind.INVALID_ARGUMENT),
    EMPTY_REQUEST(Kind.INVALID_ARGUMENT),
    TOO_MANY_ROWS(Kind.INVALID_ARGUMENT),
    TOO_MANY_FEATURES(Kind.INVALID_ARGUMENT),
    RAGGED_COLUMNS(Kind.INVALID_ARGUMENT),
    UNKNOWN_COLUMN(Kind.INVALID_ARGUMENT),
    COLUMN_MISSING(Kind.INVALID_ARGUMENT),
    WRONG_VALUE_TYPE(Kind.INVALID_ARGUMENT),
    WRONG_AS_OF(Kind.INVALID_ARGUMENT),
    NAME_CLASH(Kind.INVALID_ARGUMENT),
    INVALID_DEFINITION(Kind.INVALID_ARGUMENT),
    INVALID_ROW(Kind.INVALID_ARGUMENT),
    SERVED_VERSION_CHANGED(Kind.FAILED_PRECONDITION),
    NO_PUSH_SOURCE(Kind.FAILED_PRECONDITION),
    TOO_MANY_READS(Kind.RESOURCE_EXHAUSTED),
    DEADLINE_PASSED(Kind.DEADLINE_EXCEEDED),
    DEFINITIONS_UNAVAILABLE(Kind.UNAVAILABLE),
    PUSH_LOG_UNAVAILABLE(Kind.UNAVAILABLE),
    ONLINE_STORE_UNAVAILABLE(Kind.UNAVAILABLE);

    private final Kind kind;

    FeatureReason(Kind kind) {
        this.kind = kind;
    }

    @Override
    public String domain() {
        return "millrace.features";
    }

    @Override
    public Kind kind() {
        return kind;
    }
}
