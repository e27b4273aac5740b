package io.millrace.features.domain;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.ValueType;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Values that arrive in another type than the declared one, as JSON clients and Feast's send them: {@code "1001"} or {@code 1001.0} for an
 * int64, {@code 1001} for a string, RFC 3339 text or whole seconds for a timestamp, base64 for bytes. Nothing that would lose information.
 */
public final class Coercion {
    private static final double EXACT_LONG = 0x1p63;

    private Coercion() {}

    /** The value in the wanted type; empty where it has no such form. */
    public static Optional<FeatureValue> to(ValueType wanted, FeatureValue value) {
        return switch (wanted) {
            case BOOL -> bool(value);
            case INT64 -> whole(value);
            case DOUBLE -> real(value);
            case STRING -> text(value);
            case BYTES -> bytes(value);
            case TIMESTAMP -> time(value);
            case BOOL_LIST, INT64_LIST, DOUBLE_LIST, STRING_LIST, BYTES_LIST, TIMESTAMP_LIST ->
                list(wanted.element().orElseThrow(), value);
            case VECTOR -> vector(value);
            case INT64_MAP -> value instanceof FeatureValue.Counts ? Optional.of(value) : Optional.empty();
        };
    }

    private static Optional<FeatureValue> list(ValueType element, FeatureValue value) {
        if (!(value instanceof FeatureValue.Many(List<FeatureValue> values))) {
            return Optional.empty();
        }
        var coerced = new ArrayList<FeatureValue>(values.size());
        for (FeatureValue each : values) {
            Optional<FeatureValue> one = to(element, each);
            if (one.isEmpty()) {
                return Optional.empty();
            }
            coerced.add(one.get());
        }
        return Optional.of(new FeatureValue.Many(coerced));
    }

    private static Optional<FeatureValue> vector(FeatureValue value) {
        if (value instanceof FeatureValue.Vector) {
            return Optional.of(value);
        }
        return list(ValueType.DOUBLE, value).map(numbers -> {
            List<FeatureValue> values = ((FeatureValue.Many) numbers).values();
            float[] elements = new float[values.size()];
            for (int i = 0; i < elements.length; i++) {
                elements[i] = (float) ((FeatureValue.Real) values.get(i)).value();
            }
            return new FeatureValue.Vector(elements);
        });
    }

    /** RFC 3339 text as microseconds since the epoch; empty where it is none. What is finer than a microsecond is cut off. */
    public static Optional<Long> micros(String rfc3339) {
        try {
            return Optional.of(micros(OffsetDateTime.parse(rfc3339.strip()).toInstant()));
        } catch (DateTimeException | ArithmeticException noInstant) {
            return Optional.empty();
        }
    }

    /** Microseconds since the epoch, rounded down. */
    public static long micros(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
    }

    private static Optional<FeatureValue> bool(FeatureValue value) {
        return switch (value) {
            case FeatureValue.Bool bool -> Optional.of(bool);
            case FeatureValue.Text(String text)
            when text.equals("true") || text.equals("false") ->
                Optional.of(new FeatureValue.Bool(Boolean.parseBoolean(text)));
            default -> Optional.empty();
        };
    }

    private static Optional<FeatureValue> whole(FeatureValue value) {
        return switch (value) {
            case FeatureValue.Int whole -> Optional.of(whole);
            case FeatureValue.Real(double real)
            when real == Math.rint(real) && real >= -EXACT_LONG && real < EXACT_LONG ->
                Optional.of(new FeatureValue.Int((long) real));
            case FeatureValue.Text(String text) -> parsedLong(text).map(FeatureValue.Int::new);
            default -> Optional.empty();
        };
    }

    private static Optional<Long> parsedLong(String text) {
        try {
            return Optional.of(Long.parseLong(text.strip()));
        } catch (NumberFormatException noNumber) {
            return Optional.empty();
        }
    }

    private static Optional<FeatureValue> real(FeatureValue value) {
        return switch (value) {
            case FeatureValue.Real real -> Optional.of(real);
            case FeatureValue.Int(long whole)
            when (long) (double) whole == whole -> Optional.of(new FeatureValue.Real(whole));
            case FeatureValue.Text(String text) -> parsedDouble(text).map(FeatureValue.Real::new);
            default -> Optional.empty();
        };
    }

    private static Optional<Double> parsedDouble(String text) {
        try {
            return Optional.of(Double.parseDouble(text.strip()));
        } catch (NumberFormatException noNumber) {
            return Optional.empty();
        }
    }

    private static Optional<FeatureValue> text(FeatureValue value) {
        return switch (value) {
            case FeatureValue.Text text -> Optional.of(text);
            case FeatureValue.Int(long whole) -> Optional.of(new FeatureValue.Text(Long.toString(whole)));
            default -> Optional.empty();
        };
    }

    private static Optional<FeatureValue> bytes(FeatureValue value) {
        return switch (value) {
            case FeatureValue.Bytes bytes -> Optional.of(bytes);
            case FeatureValue.Text(String text) -> decoded(text).map(FeatureValue.Bytes::new);
            default -> Optional.empty();
        };
    }

    private static Optional<byte[]> decoded(String base64) {
        try {
            return Optional.of(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private static Optional<FeatureValue> time(FeatureValue value) {
        return switch (value) {
            case FeatureValue.Time time -> Optional.of(time);
            case FeatureValue.Int(long seconds)
            when Math.abs(seconds) <= Long.MAX_VALUE / 1_000_000 ->
                Optional.of(new FeatureValue.Time(seconds * 1_000_000));
            case FeatureValue.Text(String text) -> micros(text).map(FeatureValue.Time::new);
            default -> Optional.empty();
        };
    }
}
