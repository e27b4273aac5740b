package io.millrace.features.offline;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.ValueType;
import java.sql.Array;
import java.sql.Blob;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;

/** Feature values as columns for those who train: lists are lists and times are timestamps, unlike in the store's own files. */
final class AnswerColumns {
    private AnswerColumns() {}

    static String sqlType(ValueType type) {
        return switch (type) {
            case BOOL -> "BOOLEAN";
            case INT64 -> "BIGINT";
            case DOUBLE -> "DOUBLE";
            case STRING -> "VARCHAR";
            case BYTES -> "BLOB";
            case TIMESTAMP -> "TIMESTAMP";
            case BOOL_LIST -> "BOOLEAN[]";
            case INT64_LIST -> "BIGINT[]";
            case DOUBLE_LIST -> "DOUBLE[]";
            case STRING_LIST -> "VARCHAR[]";
            case BYTES_LIST -> "BLOB[]";
            case TIMESTAMP_LIST -> "TIMESTAMP[]";
            case INT64_MAP -> "MAP(VARCHAR, BIGINT)";
            case VECTOR -> "FLOAT[]";
        };
    }

    /** A column as {@link #value} reads it. */
    static String readable(String column, ValueType type) {
        return switch (type) {
            case TIMESTAMP -> "epoch_us(" + column + ")";
            case TIMESTAMP_LIST -> "[epoch_us(t) for t in " + column + "]";
            case BOOL,
                    INT64,
                    DOUBLE,
                    STRING,
                    BYTES,
                    BOOL_LIST,
                    INT64_LIST,
                    DOUBLE_LIST,
                    STRING_LIST,
                    BYTES_LIST,
                    INT64_MAP,
                    VECTOR -> column;
        };
    }

    /**
     * What {@link #append} wrote.
     *
     * @param at place of the column that {@link #readable} gave, from 1
     */
    static @Nullable FeatureValue value(ResultSet row, int at, ValueType type) throws SQLException {
        return switch (type) {
            case BOOL, INT64, DOUBLE, STRING, BYTES, TIMESTAMP -> ParquetColumns.value(row, at, type);
            case BOOL_LIST, INT64_LIST, DOUBLE_LIST, STRING_LIST, BYTES_LIST, TIMESTAMP_LIST -> {
                Array array = row.getArray(at);
                yield array == null
                        ? null
                        : many((Object[]) array.getArray(), type.element().orElseThrow());
            }
            case INT64_MAP -> {
                var counts = new TreeMap<String, Long>();
                if (!(row.getObject(at) instanceof Map<?, ?> map)) {
                    yield null;
                }
                map.forEach((text, count) -> counts.put((String) text, (Long) count));
                yield new FeatureValue.Counts(counts);
            }
            case VECTOR -> {
                Array array = row.getArray(at);
                if (array == null) {
                    yield null;
                }
                Object[] floats = (Object[]) array.getArray();
                float[] elements = new float[floats.length];
                for (int i = 0; i < elements.length; i++) {
                    elements[i] = (Float) floats[i];
                }
                yield new FeatureValue.Vector(elements);
            }
        };
    }

    private static FeatureValue many(Object[] elements, ValueType type) throws SQLException {
        var values = new ArrayList<FeatureValue>(elements.length);
        for (Object element : elements) {
            values.add(
                    switch (element) {
                        case Boolean bool -> new FeatureValue.Bool(bool);
                        case Long whole when type == ValueType.TIMESTAMP -> new FeatureValue.Time(whole);
                        case Long whole -> new FeatureValue.Int(whole);
                        case Double real -> new FeatureValue.Real(real);
                        case String text -> new FeatureValue.Text(text);
                        case byte[] bytes -> new FeatureValue.Bytes(bytes);
                        case Blob blob -> new FeatureValue.Bytes(blob.getBytes(1, Math.toIntExact(blob.length())));
                        default -> throw new SQLException("an element of a list is a " + element.getClass());
                    });
        }
        return new FeatureValue.Many(values);
    }

    static void append(@Nullable FeatureValue value, DuckDBAppender appender) throws SQLException {
        switch (value) {
            case null -> appender.appendNull();
            case FeatureValue.Bool _,
                    FeatureValue.Int _,
                    FeatureValue.Real _,
                    FeatureValue.Text _,
                    FeatureValue.Bytes _ -> ParquetColumns.append(value, appender);
            case FeatureValue.Time(long micros) -> appender.appendEpochMicros(micros);
            case FeatureValue.Many(List<FeatureValue> values) -> {
                var elements = new ArrayList<Object>(values.size());
                values.forEach(each -> elements.add(element(each)));
                appender.append(elements);
            }
            case FeatureValue.Counts(var counts) -> appender.append(counts);
            case FeatureValue.Vector(float[] elements) -> {
                var floats = new ArrayList<Float>(elements.length);
                for (float each : elements) {
                    floats.add(each);
                }
                appender.append(floats);
            }
        }
    }

    private static Object element(FeatureValue value) {
        return switch (value) {
            case FeatureValue.Bool(boolean bool) -> bool;
            case FeatureValue.Int(long whole) -> whole;
            case FeatureValue.Real(double real) -> real;
            case FeatureValue.Text(String text) -> text;
            case FeatureValue.Bytes(byte[] bytes) -> bytes;
            case FeatureValue.Time(long micros) ->
                LocalDateTime.ofEpochSecond(
                        Math.floorDiv(micros, 1_000_000L),
                        (int) Math.floorMod(micros, 1_000_000L) * 1_000,
                        ZoneOffset.UTC);
            case FeatureValue.Many _, FeatureValue.Counts _, FeatureValue.Vector _ ->
                throw new IllegalArgumentException("a list of lists has no column");
        };
    }
}
