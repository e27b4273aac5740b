package io.millrace.registry.domain;

import java.util.Locale;

/** The logical types of ODCS. */
public enum LogicalType {
    STRING,
    DATE,
    TIMESTAMP,
    TIME,
    NUMBER,
    INTEGER,
    OBJECT,
    ARRAY,
    BOOLEAN;

    /** The name that contracts use. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
