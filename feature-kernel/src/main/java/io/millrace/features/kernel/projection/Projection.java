package io.millrace.features.kernel.projection;

import io.millrace.features.kernel.FeatureEvent;

/** What a record of a source is to a view. Depends on the record's bytes and the view's definition alone. */
public sealed interface Projection {
    record Event(FeatureEvent event) implements Projection {}

    /** A record that is well-formed and says nothing. */
    record Skipped(SkipReason reason) implements Projection {}

    /**
     * A record that this view can never use; trying again gives the same.
     *
     * @param detail names the field and what was expected; never more than a few words of the record itself
     */
    record Undecodable(UndecodableReason reason, String detail) implements Projection {}

    /** Why a record was skipped. */
    enum SkipReason {
        /** A record without a value: Kafka's deletion marker. */
        TOMBSTONE
    }

    /** Why a record cannot be used. */
    enum UndecodableReason {
        TOO_LARGE,
        NOT_JSON,
        NOT_AN_OBJECT,
        NOT_AVRO,
        NOT_PROTOBUF,
        /** It does not begin with the head that names its schema in a registry. */
        NOT_FRAMED,
        /** The registry does not know its schema. */
        UNKNOWN_SCHEMA,
        /** Its schema is another format's, or has not what the view needs. */
        INCOMPATIBLE_SCHEMA,
        DUPLICATE_FIELD,
        MISSING_JOIN_KEY,
        MISSING_TIMESTAMP,
        WRONG_TYPE,
        OUT_OF_RANGE
    }
}
