package io.millrace.features.kernel;

/** The types of join keys, event fields and features, written in lower case in definitions. */
public enum ValueType {
    BOOL,
    INT64,
    DOUBLE,
    STRING,
    BYTES,
    TIMESTAMP
}
