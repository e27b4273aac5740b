package io.millrace.proto.wire;

/**
 * One thing that a peer of the older contract can no longer rely on.
 *
 * @param where full name of the element, as in {@code millrace.features.v1.Value.bool_value}
 * @param detail what it was and what it is
 */
record WireBreak(Kind kind, String where, String detail) {

    /** What is refused. Everything else, additions above all, is allowed. */
    enum Kind {
        MESSAGE_REMOVED,
        FIELD_REMOVED,
        FIELD_RENUMBERED,
        /** Bytes stay readable, but the JSON form and clients by reflection break. */
        FIELD_RENAMED,
        FIELD_RETYPED,
        /** Between singular, {@code optional} and {@code repeated}. */
        FIELD_LABEL_CHANGED,
        /** Into, out of or between oneofs: setting one member clears the others. */
        FIELD_ONEOF_CHANGED,
        RESERVED_NUMBER_REUSED,
        /** A reserved number is free again: the next author could take it. */
        RESERVATION_DROPPED,
        ENUM_REMOVED,
        ENUM_VALUE_REMOVED,
        ENUM_VALUE_RENUMBERED,
        ENUM_VALUE_RENAMED,
        SERVICE_REMOVED,
        RPC_REMOVED,
        RPC_REQUEST_CHANGED,
        RPC_RESPONSE_CHANGED,
        RPC_STREAMING_CHANGED
    }

    @Override
    public String toString() {
        return kind + " " + where + ": " + detail;
    }
}
