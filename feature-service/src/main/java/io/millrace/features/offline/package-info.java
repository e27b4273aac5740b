/** The offline store: Parquet files by view and day in a local folder or in object storage, and the only place that sees DuckDB and the S3 client. */
@NullMarked
package io.millrace.features.offline;

import org.jspecify.annotations.NullMarked;
