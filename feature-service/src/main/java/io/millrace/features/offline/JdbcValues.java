package io.millrace.features.offline;

import io.millrace.features.domain.Coercion;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.ValueType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Array;
import java.sql.Blob;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The values of a result's current row, of Postgres and of DuckDB. A time without a zone is UTC; what is no value of a feature is given as text. */
final class JdbcValues {
    /** The most digits that fit into 64 bits. */
    private static final int LONG_DIGITS = 18;

    private final ResultSet result;
    private final ResultSetMetaData columns;

    /** A column of Postgres by the type that its values have here. */
    record Column(String name, ValueType type) {}

    JdbcValues(ResultSet result) throws SQLException {
        this.result = result;
        this.columns = result.getMetaData();
    }

    int width() throws SQLException {
        return columns.getColumnCount();
    }

    /** From 1. */
    String name(int i) throws SQLException {
        return columns.getColumnLabel(i);
    }

    List<Column> columns() throws SQLException {
        var all = new ArrayList<Column>();
        for (int i = 1; i <= width(); i++) {
            String type = columns.getColumnTypeName(i).toLowerCase(Locale.ROOT);
            all.add(new Column(
                    name(i),
                    type.startsWith("_")
                            ? ofPostgres(type.substring(1), i).list().orElseThrow()
                            : ofPostgres(type, i)));
        }
        return all;
    }

    private ValueType ofPostgres(String type, int i) throws SQLException {
        return switch (type) {
            case "bool" -> ValueType.BOOL;
            case "int2", "int4", "int8", "smallserial", "serial", "bigserial", "oid" -> ValueType.INT64;
            case "float4", "float8", "money" -> ValueType.DOUBLE;
            case "numeric" -> isWhole(i) ? ValueType.INT64 : ValueType.DOUBLE;
            case "bytea" -> ValueType.BYTES;
            case "timestamp", "timestamptz", "date" -> ValueType.TIMESTAMP;
            default -> ValueType.STRING;
        };
    }

    private boolean isWhole(int i) throws SQLException {
        int digits = columns.getPrecision(i);
        return columns.getScale(i) == 0 && digits > 0 && digits <= LONG_DIGITS;
    }

    @Nullable
    FeatureValue value(int i) throws SQLException {
        String type = columns.getColumnTypeName(i).toLowerCase(Locale.ROOT);
        if (type.equals("timestamptz") || type.startsWith("timestamp with time zone")) {
            OffsetDateTime time = result.getObject(i, OffsetDateTime.class);
            return time == null ? null : new FeatureValue.Time(Coercion.micros(time.toInstant()));
        }
        if (columns.getColumnType(i) == Types.TIMESTAMP) {
            LocalDateTime time = result.getObject(i, LocalDateTime.class);
            return time == null ? null : new FeatureValue.Time(Coercion.micros(time.toInstant(ZoneOffset.UTC)));
        }
        if (columns.getColumnType(i) == Types.NUMERIC && isWhole(i)) {
            BigDecimal whole = result.getBigDecimal(i);
            return whole == null ? null : new FeatureValue.Int(whole.longValueExact());
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
            case LocalDate day -> day(day);
            case java.sql.Date day -> day(day.toLocalDate());
            case java.sql.Timestamp time -> time(time.toLocalDateTime());
            case LocalDateTime time -> time(time);
            case OffsetDateTime time -> new FeatureValue.Time(Coercion.micros(time.toInstant()));
            case Array array -> list(array);
            case Object other -> new FeatureValue.Text(other.toString());
        };
    }

    private static FeatureValue day(LocalDate day) {
        return time(day.atStartOfDay());
    }

    private static FeatureValue time(LocalDateTime time) {
        return new FeatureValue.Time(Coercion.micros(time.toInstant(ZoneOffset.UTC)));
    }

    /** A list of features has no nulls: one that has some is given as text. */
    private static FeatureValue list(Array array) throws SQLException {
        if (!(array.getArray() instanceof @Nullable Object[] elements)) {
            return new FeatureValue.Text(array.toString());
        }
        var values = new ArrayList<FeatureValue>(elements.length);
        for (Object element : elements) {
            FeatureValue value = value(element);
            if (value == null) {
                return new FeatureValue.Text(array.toString());
            }
            values.add(value);
        }
        return new FeatureValue.Many(values);
    }
}
