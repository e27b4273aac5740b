package io.millrace.features.offline;

import io.millrace.features.app.batch.BatchSourceException;
import io.millrace.features.app.batch.BatchTables;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.offline.JdbcValues.Column;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows of a query, streamed. */
final class JdbcRows implements BatchTables.Rows {
    private final Connection connection;
    private final Statement statement;
    private final ResultSet result;
    private final JdbcValues values;
    private final long expected;

    /** Takes the connection over. */
    JdbcRows(Connection connection, String query, int fetchSize) throws SQLException {
        this.connection = connection;
        try {
            try (Statement count = connection.createStatement();
                    ResultSet rows = count.executeQuery("SELECT count(*) FROM (" + query + ") AS counted")) {
                rows.next();
                this.expected = rows.getLong(1);
            }
            this.statement = connection.createStatement();
            if (fetchSize > 0) {
                statement.setFetchSize(fetchSize);
            }
            this.result = statement.executeQuery(query);
            this.values = new JdbcValues(result);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public long expected() {
        return expected;
    }

    @Override
    public @Nullable Map<String, @Nullable FeatureValue> next() {
        try {
            if (!result.next()) {
                return null;
            }
            Map<String, @Nullable FeatureValue> row = new LinkedHashMap<>();
            for (int i = 1; i <= values.width(); i++) {
                row.put(values.name(i), values.value(i));
            }
            return row;
        } catch (SQLException e) {
            throw new BatchSourceException("a row cannot be read: " + e.getMessage(), e);
        }
    }

    /** The columns in their order, by their types. */
    List<Column> columns() throws SQLException {
        return values.columns();
    }

    @Override
    public void close() {
        try (connection;
                statement) {
            result.close();
        } catch (SQLException e) {
            throw new BatchSourceException("the table cannot be closed: " + e.getMessage(), e);
        }
    }
}
