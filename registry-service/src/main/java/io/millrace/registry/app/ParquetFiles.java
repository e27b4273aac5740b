package io.millrace.registry.app;

import io.millrace.registry.app.data.RowData;

/** Reads Parquet. */
public interface ParquetFiles {
    /** Rows of a Parquet file that is in memory. */
    RowData of(byte[] bytes);
}
