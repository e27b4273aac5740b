package io.millrace.registry.app;

/** Formats in which rows arrive. */
public enum RowFormat {
    JSON,
    CSV,
    PARQUET
}
