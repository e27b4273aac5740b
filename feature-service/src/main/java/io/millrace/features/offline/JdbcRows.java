package io.millrace.features.offline;

import io.millrace.features.app.batch.BatchSourceException;
import io.millrace.features.app.batch.BatchTables;
import io.millrace.features.domain.Coercion;
import io.millrace.features.kernel.FeatureValue;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows of a query, streamed. A time without a zone is UTC. */
final class JdbcRows implements BatchTables.Rows {
    private final Connection connection;
    private final Statement statement;
    private final ResultSet result;
    private final ResultSetMetaData columns;
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
            this.columns = result.getMetaData();
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
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                row.put(columns.getColumnLabel(i), value(i));
            }
            return row;
        } catch (SQLException e) {
            throw new BatchSourceException("a row cannot be read: " + e.getMessage(), e);
        }
    }

    private @Nullable FeatureValue value(int i) throws SQLException {
        String type = columns.getColumnTypeName(i).toLowerCase(Locale.ROOT);
        if (type.equals("timestamptz") || type.startsWith("timestamp with time zone")) {
            OffsetDateTime time = result.getObject(i, OffsetDateTime.class);
            return time == null ? null : new FeatureValue.Time(Coercion.micros(time.toInstant()));
        }
        if (columns.getColumnType(i) == Types.TIMESTAMP) {
            LocalDateTime time = result.getObject(i, LocalDateTime.class);
            return time == null ? null : new FeatureValue.Time(Coercion.micros(time.toInstant(ZoneOffset.UTC)));
        }
        return value(result.getObject(i));
    }

    private static @Nullable FeatureValue value(@Nullable Object value) throws SQLException {
        return switch (value) {
            case null -> null;
            case Boolean bool -> new FeatureValue.Bool(bool);
            case Float real -> new FeatureValue.Real(real.doubleValue());
            case Double real -> new FeatureValue.Real(real);
            case BigDecimal decimal -> new FeatureValue.Real(decimal.doubleValue());
            case BigInteger whole ->
                whole.bitLength() < Long.SIZE
                        ? new FeatureValue.Int(whole.longValue())
                        : new FeatureValue.Real(whole.doubleValue());
            case Number whole -> new FeatureValue.Int(whole.longValue());
            case byte[] bytes -> new FeatureValue.Bytes(bytes);
            case Blob blob -> new FeatureValue.Bytes(blob.getBytes(1, Math.toIntExact(blob.length())));
            case LocalDate day ->
                new FeatureValue.Time(Coercion.micros(day.atStartOfDay().toInstant(ZoneOffset.UTC)));
            case java.sql.Date day ->
                new FeatureValue.Time(
                        Coercion.micros(day.toLocalDate().atStartOfDay().toInstant(ZoneOffset.UTC)));
            case Object other -> new FeatureValue.Text(other.toString());
        };
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
