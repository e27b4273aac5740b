package io.millrace.features.offline;

import io.millrace.features.app.batch.BatchSourceException;
import io.millrace.features.app.batch.BatchTables;
import io.millrace.features.app.batch.TimeRange;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.features.config.MaterializationConfig;
import io.millrace.features.config.OfflineStoreConfig;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.FeatureView.Table;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import org.postgresql.core.Parser;

/** Batch sources: Parquet and CSV files below one folder, read by DuckDB, and queries on configured Postgres databases in a transaction that only reads. */
@ApplicationScoped
public class JdbcTables implements BatchTables {
    private static final int FETCH = 5_000;

    private final MaterializationConfig settings;
    private final FeaturesConfig config;
    private final OfflineStoreConfig limits;

    public JdbcTables(MaterializationConfig settings, FeaturesConfig config, OfflineStoreConfig limits) {
        this.settings = settings;
        this.config = config;
        this.limits = limits;
    }

    @Override
    public Rows open(Source.Batch source, TimeRange range) {
        try {
            return switch (source.table()) {
                case Table.Files(String path) -> files(path);
                case Table.Query(String sql, String connection) ->
                    query(sql, connection, source.timestamp().field(), range);
            };
        } catch (SQLException e) {
            // DuckDB puts its own statement below what is wrong.
            String wrong = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new BatchSourceException("the table cannot be read: " + wrong, e);
        }
    }

    private Rows files(String path) throws SQLException {
        Path folder = settings.directory().toAbsolutePath().normalize();
        Path files = folder.resolve(path).normalize();
        if (!files.startsWith(folder)) {
            throw new BatchSourceException("the files " + path + " lie outside of the folder for batch sources", null);
        }
        Path spill = limits.directory().toAbsolutePath().normalize().resolve(".work/spill");
        var duckDb = new DuckDb(limits.memoryLimit().asLongValue(), limits.threads(), spill);
        String from = path.endsWith(".csv")
                ? "read_csv(" + DuckDb.literal(files.toString()) + ", header=true, union_by_name=true, sample_size=-1)"
                : "read_parquet(" + DuckDb.literal(files.toString()) + ", union_by_name=true)";
        Connection connection = duckDb.open(List.of(folder));
        try {
            return new JdbcRows(connection, "SELECT *" + inMicroseconds(connection, from) + " FROM " + from, 0);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Replaces the columns of instants in nanoseconds, as pandas writes them: the driver has no type for these. */
    private static String inMicroseconds(Connection connection, String from) throws SQLException {
        var replaced = new ArrayList<String>();
        try (Statement statement = connection.createStatement();
                ResultSet none = statement.executeQuery("SELECT * FROM " + from + " LIMIT 0")) {
            ResultSetMetaData columns = none.getMetaData();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                if (columns.getColumnTypeName(i).equals(DuckDb.NANOSECONDS)) {
                    String column = DuckDb.identifier(columns.getColumnLabel(i));
                    replaced.add("CAST(" + column + " AS TIMESTAMPTZ) AS " + column);
                }
            }
        }
        return replaced.isEmpty() ? "" : " REPLACE (" + String.join(", ", replaced) + ")";
    }

    /**
     * The rows of a query on a configured database, in the order in which it gives them.
     *
     * @throws BatchSourceException where they cannot be read
     */
    JdbcRows query(String name, String sql) {
        try {
            return new JdbcRows(reading(name), "SELECT * FROM " + table(sql), FETCH);
        } catch (SQLException e) {
            throw new BatchSourceException("the query on '" + name + "' cannot be read: " + e.getMessage(), e);
        }
    }

    private Rows query(String sql, String name, String timeColumn, TimeRange range) throws SQLException {
        Connection connection = reading(name);
        try {
            String rows = table(sql);
            String column = DuckDb.identifier(timeColumn);
            return new JdbcRows(
                    connection,
                    "SELECT * FROM " + rows + where(connection, rows, timeColumn, range) + " ORDER BY " + column
                            + ", source::text",
                    FETCH);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** A query as a table. One statement: a second one could end the transaction that only reads. */
    private static String table(String sql) throws SQLException {
        String table = "(" + sql.strip().replaceAll(";+$", "") + "\n) AS source";
        if (Parser.parseJdbcSql("SELECT * FROM " + table, true, false, true, false, true)
                        .size()
                != 1) {
            throw new BatchSourceException("the query is more than one statement", null);
        }
        return table;
    }

    /** A connection whose transaction only reads, from one state of the database. */
    private Connection reading(String name) throws SQLException {
        FeaturesConfig.Connection settingsOf = config.connections().get(name);
        if (settingsOf == null) {
            throw new BatchSourceException(
                    "there is no connection '" + name + "': set millrace.features.connections." + name + ".jdbc-url",
                    null);
        }
        var properties = new Properties();
        settingsOf.username().ifPresent(user -> properties.setProperty("user", user));
        settingsOf.password().ifPresent(password -> properties.setProperty("password", password));
        Connection connection = new org.postgresql.Driver().connect(settingsOf.jdbcUrl(), properties);
        if (connection == null) {
            throw new BatchSourceException("the connection '" + name + "' is not one of Postgres", null);
        }
        try {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** What lies outside of the range is left out by the database where the column's type says what it means. */
    private static String where(Connection connection, String rows, String timeColumn, TimeRange range)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet none = statement.executeQuery("SELECT * FROM " + rows + " LIMIT 0")) {
            ResultSetMetaData columns = none.getMetaData();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                String type = columns.getColumnTypeName(i).toLowerCase(Locale.ROOT);
                boolean instant = type.equals("timestamptz") || type.equals("timestamp");
                if (columns.getColumnLabel(i).equals(timeColumn) && instant) {
                    String column = DuckDb.identifier(timeColumn);
                    String where = " WHERE true";
                    if (range.fromMicros() != Long.MIN_VALUE) {
                        where += " AND " + column + " >= " + instant(type, range.fromMicros());
                    }
                    if (range.toMicros() != Long.MAX_VALUE) {
                        where += " AND " + column + " <= " + instant(type, range.toMicros());
                    }
                    return where;
                }
            }
            return "";
        }
    }

    private static String instant(String type, long micros) {
        String epoch = type.equals("timestamptz") ? "timestamptz '1970-01-01 00:00:00+00'" : "timestamp '1970-01-01'";
        return epoch + " + interval '1 second' * " + Math.floorDiv(micros, 1_000_000L)
                + " + interval '1 microsecond' * " + Math.floorMod(micros, 1_000_000L);
    }
}
