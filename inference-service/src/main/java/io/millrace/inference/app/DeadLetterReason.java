package io.millrace.inference.app;

/** Why a record became a dead letter. The name is the {@code millrace.reason} header, except for {@link #INVALID_ROW}, whose scoring names its own. */
public enum DeadLetterReason {
    /** The record has no value. */
    TOMBSTONE,
    /** Longer than an event may be. */
    OVERSIZED,
    /** Not what its format says: in JSON one object in UTF-8 within the limits of depth, number length and name length, else a record of its schema. */
    UNDECODABLE,
    /** The key field is absent, null, not a scalar, empty or longer than 1,024 characters. */
    INVALID_KEY,
    /** The timestamp field is absent or null. */
    MISSING_TIMESTAMP,
    /** The timestamp field is not an instant in the declared unit within the years 1 to 9999. */
    INVALID_TIMESTAMP,
    /** Scoring finds the row unfit: a missing join key or field, a wrong type, a refused missing feature, a prediction that is not finite. */
    INVALID_ROW,
    /** Scoring fails on this record each time, and not on others. */
    SCORING_FAILED,
    /** The prediction event is longer than the output topic takes. */
    PREDICTION_TOO_LARGE
}
