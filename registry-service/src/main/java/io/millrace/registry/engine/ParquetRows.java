package io.millrace.registry.engine;

import io.millrace.gate.Refusal;
import io.millrace.registry.app.RegistryReason;
import io.millrace.registry.domain.validation.Dialect;
import io.millrace.registry.domain.validation.Rows;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The rows of one Parquet file, streamed. Owns the database and the file. */
final class ParquetRows implements Rows {
    private static final Logger LOG = Logger.getLogger(ParquetRows.class);

    private final Connection connection;
    private final Path file;
    private final Statement statement;
    private final ResultSet results;
    private final List<String> columns = new ArrayList<>();
    private final List<String> types = new ArrayList<>();

    ParquetRows(Connection connection, Path file) throws SQLException {
        this.connection = connection;
        this.file = file;
        try {
            this.statement = connection.createStatement();
            this.results =
                    statement.executeQuery("SELECT * FROM read_parquet(" + DuckDb.literal(file.toString()) + ")");
            ResultSetMetaData meta = results.getMetaData();
            for (int i = 1; i <= meta.getColumnCount(); i++) {
                columns.add(meta.getColumnName(i));
                types.add(meta.getColumnTypeName(i));
            }
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public Dialect dialect() {
        return Dialect.PARQUET;
    }

    @Override
    public List<String> columns() {
        return columns;
    }

    @Override
    public @Nullable Object @Nullable [] next() {
        try {
            if (!results.next()) {
                return null;
            }
            @Nullable Object[] cells = new Object[columns.size()];
            for (int i = 0; i < cells.length; i++) {
                cells[i] = Cells.read(results, i + 1, types.get(i));
            }
            return cells;
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    @Override
    public void close() {
        try (connection;
                statement;
                results) {
            LOG.trace("closing a Parquet file");
        } catch (SQLException e) {
            LOG.warn("A database of a validation did not close", e);
        } finally {
            DuckDbParquet.delete(file);
        }
    }

    /** DuckDB's text may have the path of the file in it, so it stays in the log. */
    static Refusal unreadable(SQLException e) {
        LOG.debug("Parquet rows could not be read", e);
        return new Refusal(RegistryReason.ROWS_UNREADABLE, "the Parquet file cannot be read", e);
    }
}
