/** Parquet and CSV files: the only room that sees DuckDB. */
@NullMarked
package io.millrace.inference.files;

import org.jspecify.annotations.NullMarked;
