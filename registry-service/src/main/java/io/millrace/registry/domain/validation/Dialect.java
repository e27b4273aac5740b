package io.millrace.registry.domain.validation;

/** How strictly a value's type is taken: JSON and Parquet say what a value is, CSV has text only, so text that can be cast is fine there. */
public enum Dialect {
    JSON,
    CSV,
    PARQUET
}
