package io.millrace.features.offline;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.ValueType;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
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

    static void append(@Nullable FeatureValue value, DuckDBAppender appender) throws SQLException {
        switch (value) {
            case null -> appender.appendNull();
            case FeatureValue.Bool(boolean bool) -> appender.append(bool);
            case FeatureValue.Int(long whole) -> appender.append(whole);
            case FeatureValue.Real(double real) -> appender.append(real);
            case FeatureValue.Text(String text) -> appender.append(text);
            case FeatureValue.Bytes(byte[] bytes) -> appender.append(bytes);
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
