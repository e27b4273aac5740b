package io.millrace.features.offline;

import io.millrace.features.app.batch.BatchSourceException;
import io.millrace.features.app.training.TrainingRows;
import io.millrace.features.domain.Coercion;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.offline.JdbcValues.Column;
import io.millrace.jobs.JobContext;
import io.millrace.jobs.JobFailedException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** Takes the rows of a query on Postgres into a table of DuckDB, as they come. */
final class QueriedRows {
    /** The table. */
    static final String TABLE = "__millrace_queried";

    private static final int TOLD_EVERY = 4_096;

    private QueriedRows() {}

    /** The databases that can be asked. */
    @FunctionalInterface
    interface Databases {
        /**
         * The rows of a query, in the order in which the database gives them. The caller closes them.
         *
         * @throws BatchSourceException where they cannot be read
         */
        JdbcRows query(String connection, String sql);
    }

    /**
     * Makes and fills the table.
     *
     * @throws JobFailedException where the query cannot be read
     */
    static void load(Databases databases, TrainingRows.Query query, DuckDBConnection into, JobContext context)
            throws SQLException {
        try (JdbcRows rows = databases.query(query.connection(), query.sql())) {
            List<Column> columns = rows.columns();
            try (Statement statement = into.createStatement()) {
                statement.execute("CREATE TABLE " + TABLE + " ("
                        + columns.stream()
                                .map(column ->
                                        DuckDb.identifier(column.name()) + " " + AnswerColumns.sqlType(column.type()))
                                .collect(Collectors.joining(", "))
                        + ")");
            }
            try (DuckDBAppender appender = into.createAppender(TABLE)) {
                long done = 0;
                for (var row = rows.next(); row != null; row = rows.next()) {
                    appender.beginRow();
                    for (Column column : columns) {
                        AnswerColumns.append(typed(column, row.get(column.name()), done), appender);
                    }
                    appender.endRow();
                    if (++done % TOLD_EVERY == 0) {
                        context.progress(done, rows.expected());
                        context.checkCancelled();
                    }
                }
            }
        } catch (BatchSourceException e) {
            throw new JobFailedException("the entity rows cannot be read: " + e.getMessage(), e);
        }
    }

    private static @Nullable FeatureValue typed(Column column, @Nullable FeatureValue value, long row) {
        return value == null
                ? null
                : Coercion.to(column.type(), value)
                        .orElseThrow(() -> new BatchSourceException(
                                "'" + column.name() + "' of row " + (row + 1) + " is no "
                                        + column.type().word(),
                                null));
    }
}
