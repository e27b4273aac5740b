/** DuckDB, locked down: Parquet files as rows, and the SQL rules of contracts. The only place that sees DuckDB. */
@NullMarked
package io.millrace.registry.engine;

import org.jspecify.annotations.NullMarked;
