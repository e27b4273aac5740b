package io.millrace.features.offline;

import io.millrace.features.kernel.FeatureValue;
import java.sql.Array;
import java.sql.Blob;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the kernel gives and what DuckDB reads back from a file, in one form that is equal where they agree to the bit. Every NaN is one. */
final class Bits {
    private Bits() {}

    static @Nullable Object of(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case FeatureValue of -> ofValue(of);
            case Double real -> real(real);
            case Float real -> "float " + Float.floatToRawIntBits(real);
            case LocalDateTime time -> time(time.toEpochSecond(ZoneOffset.UTC) * 1_000_000 + time.getNano() / 1_000);
            case Timestamp time -> of(time.toLocalDateTime());
            case OffsetDateTime time -> of(time.toLocalDateTime());
            case Blob blob -> blob(blob);
            case byte[] bytes -> Arrays.toString(bytes);
            case Array array -> array(array);
            case Object[] elements -> list(Arrays.asList(elements));
            case Map<?, ?> map -> counts(map);
            default -> value;
        };
    }

    private static Object ofValue(FeatureValue value) {
        return switch (value) {
            case FeatureValue.Real(double real) -> real(real);
            case FeatureValue.Int(long whole) -> whole;
            case FeatureValue.Text(String text) -> text;
            case FeatureValue.Bool(boolean bool) -> bool;
            case FeatureValue.Bytes(byte[] bytes) -> Arrays.toString(bytes);
            case FeatureValue.Time(long micros) -> time(micros);
            case FeatureValue.Many(List<FeatureValue> values) -> list(values);
            case FeatureValue.Counts(var counts) -> counts(counts);
            case FeatureValue.Vector(float[] elements) -> {
                var floats = new ArrayList<Float>();
                for (float each : elements) {
                    floats.add(each);
                }
                yield list(floats);
            }
        };
    }

    private static Object real(double real) {
        return Double.isNaN(real) ? "NaN" : "bits " + Double.doubleToRawLongBits(real);
    }

    private static Object time(long micros) {
        return "at " + micros;
    }

    private static Object list(List<?> values) {
        var list = new ArrayList<@Nullable Object>();
        values.forEach(each -> list.add(of(each)));
        return list;
    }

    private static Object counts(Map<?, ?> map) {
        var counts = new TreeMap<String, @Nullable Object>();
        map.forEach((text, count) -> counts.put(String.valueOf(text), count));
        return counts;
    }

    private static Object blob(Blob blob) {
        try {
            return Arrays.toString(blob.getBytes(1, (int) blob.length()));
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static @Nullable Object array(Array array) {
        try {
            return of(array.getArray());
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}
