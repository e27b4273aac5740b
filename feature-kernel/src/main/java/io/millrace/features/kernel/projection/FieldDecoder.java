package io.millrace.features.kernel.projection;

import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.FeatureView.TimeUnitOfField;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.projection.Projection.UndecodableReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Reads one field as the type that its view declares. NaN becomes the one canonical NaN. */
final class FieldDecoder {
    /** Bytes of a join key's text, and of a join key's bytes. */
    static final int MAX_KEY_BYTES = 1_024;

    /** Elements of a list. */
    static final int MAX_ELEMENTS = 10_000;

    private static final long EXACT_IN_A_DOUBLE = 1L << 53;

    private FieldDecoder() {}

    /** A field of an event; the parser stands at its end afterwards. */
    static @Nullable FeatureValue read(JsonParser parser, JsonToken token, EventField field) throws IOException {
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        if (field.type().isScalar()) {
            return read(parser, token, field.type(), field.name());
        }
        if (token != JsonToken.START_ARRAY) {
            throw wrong(field.type(), token, field.name());
        }
        var elements = new ArrayList<FeatureValue>();
        ValueType type = field.type().element().orElse(ValueType.DOUBLE);
        for (JsonToken each = parser.nextToken(); each != JsonToken.END_ARRAY; each = parser.nextToken()) {
            if (elements.size() == MAX_ELEMENTS) {
                throw tooLong(field.name());
            }
            FeatureValue element = read(parser, each, type, field.name());
            if (element == null) {
                throw nullElement(field.name());
            }
            elements.add(element);
        }
        return field.type() == ValueType.VECTOR ? vector(elements, field) : new FeatureValue.Many(elements);
    }

    /** A value of a type that is no list. */
    static @Nullable FeatureValue read(JsonParser parser, JsonToken token, ValueType type, String field)
            throws IOException {
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        return switch (type) {
            case BOOL ->
                switch (token) {
                    case VALUE_TRUE -> new FeatureValue.Bool(true);
                    case VALUE_FALSE -> new FeatureValue.Bool(false);
                    default -> throw wrong(type, token, field);
                };
            case INT64 -> {
                if (token != JsonToken.VALUE_NUMBER_INT) {
                    throw wrong(type, token, field);
                }
                if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                    throw new UndecodableFieldException(
                            UndecodableReason.OUT_OF_RANGE, "'" + field + "' does not fit into 64 bits");
                }
                yield new FeatureValue.Int(parser.getLongValue());
            }
            case DOUBLE -> new FeatureValue.Real(real(parser, token, field));
            case STRING -> new FeatureValue.Text(text(parser, token, type, field));
            case BYTES -> new FeatureValue.Bytes(bytes(parser, token, field));
            case TIMESTAMP -> new FeatureValue.Time(EventTime.ofText(text(parser, token, type, field), field));
            case BOOL_LIST, INT64_LIST, DOUBLE_LIST, STRING_LIST, BYTES_LIST, TIMESTAMP_LIST, INT64_MAP, VECTOR ->
                throw wrong(type, token, field);
        };
    }

    /** The event's timestamp in the unit of its source. */
    static FeatureValue.@Nullable Time time(JsonParser parser, JsonToken token, TimeUnitOfField unit, String field)
            throws IOException {
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        if (unit == TimeUnitOfField.RFC3339) {
            return new FeatureValue.Time(EventTime.ofText(text(parser, token, ValueType.TIMESTAMP, field), field));
        }
        return switch (token) {
            case VALUE_NUMBER_INT ->
                new FeatureValue.Time(
                        parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                                ? EventTime.ofNumber(parser.getDecimalValue(), unit, field)
                                : EventTime.ofNumber(parser.getLongValue(), unit, field));
            case VALUE_NUMBER_FLOAT -> new FeatureValue.Time(EventTime.ofNumber(parser.getDecimalValue(), unit, field));
            default ->
                throw new UndecodableFieldException(
                        UndecodableReason.WRONG_TYPE, "'" + field + "' must be a number, was " + what(token));
        };
    }

    /** A pushed value as its field has it. */
    static @Nullable FeatureValue checked(@Nullable FeatureValue value, EventField field) {
        if (value == null || field.type().isScalar()) {
            return checked(value, field.type(), field.name());
        }
        List<FeatureValue> values =
                switch (value) {
                    case FeatureValue.Vector(float[] elements)
                    when field.type() == ValueType.VECTOR ->
                        IntStream.range(0, elements.length)
                                .<FeatureValue>mapToObj(i -> new FeatureValue.Real(elements[i]))
                                .toList();
                    case FeatureValue.Many(List<FeatureValue> many) -> many;
                    default -> throw wrong(field.type(), value, field.name());
                };
        if (values.size() > MAX_ELEMENTS) {
            throw tooLong(field.name());
        }
        ValueType type = field.type().element().orElse(ValueType.DOUBLE);
        var elements = new ArrayList<FeatureValue>(values.size());
        for (FeatureValue each : values) {
            FeatureValue element = checked(each, type, field.name());
            if (element == null) {
                throw nullElement(field.name());
            }
            elements.add(element);
        }
        return field.type() == ValueType.VECTOR ? vector(elements, field) : new FeatureValue.Many(elements);
    }

    private static FeatureValue vector(List<FeatureValue> values, EventField field) {
        if (values.size() != field.dimension()) {
            throw new UndecodableFieldException(
                    UndecodableReason.WRONG_TYPE,
                    "'" + field.name() + "' must have " + field.dimension() + " elements, has " + values.size());
        }
        float[] elements = new float[values.size()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = values.get(i) instanceof FeatureValue.Real(double real) ? (float) real : Float.NaN;
            if (!Float.isFinite(elements[i])) {
                throw new UndecodableFieldException(
                        UndecodableReason.OUT_OF_RANGE,
                        "'" + field.name() + "' must have finite elements that fit into 32 bits");
            }
        }
        return new FeatureValue.Vector(elements);
    }

    private static UndecodableFieldException tooLong(String field) {
        return new UndecodableFieldException(
                UndecodableReason.TOO_LARGE, "'" + field + "' has more than " + MAX_ELEMENTS + " elements");
    }

    private static UndecodableFieldException nullElement(String field) {
        return new UndecodableFieldException(UndecodableReason.WRONG_TYPE, "'" + field + "' has a null in its list");
    }

    /** A pushed value as its type has it, where that is no list. */
    static @Nullable FeatureValue checked(@Nullable FeatureValue value, ValueType type, String field) {
        return switch (value) {
            case null -> null;
            case FeatureValue.Bool bool when type == ValueType.BOOL -> bool;
            case FeatureValue.Int number when type == ValueType.INT64 -> number;
            case FeatureValue.Int(long number)
            when type == ValueType.DOUBLE && Math.abs(number) <= EXACT_IN_A_DOUBLE -> new FeatureValue.Real(number);
            case FeatureValue.Real(double real)
            when type == ValueType.DOUBLE -> new FeatureValue.Real(Double.isNaN(real) ? Double.NaN : real);
            case FeatureValue.Text(String text)
            when type == ValueType.STRING -> new FeatureValue.Text(wellFormed(text, field));
            case FeatureValue.Bytes bytes when type == ValueType.BYTES -> bytes;
            case FeatureValue.Time(long micros)
            when type == ValueType.TIMESTAMP -> new FeatureValue.Time(EventTime.inRange(micros, field));
            default -> throw wrong(type, value, field);
        };
    }

    /** A join key's value, bounded because it becomes a part of keys. */
    static @Nullable FeatureValue checkedKey(@Nullable FeatureValue value, String field) {
        int bytes =
                switch (value) {
                    case FeatureValue.Text(String text) -> utf8Length(text);
                    case FeatureValue.Bytes(byte[] content) -> content.length;
                    case null, default -> 0;
                };
        if (bytes > MAX_KEY_BYTES) {
            throw new UndecodableFieldException(
                    UndecodableReason.OUT_OF_RANGE,
                    "'" + field + "' is a join key of more than " + MAX_KEY_BYTES + " bytes");
        }
        return value;
    }

    private static double real(JsonParser parser, JsonToken token, String field) throws IOException {
        return switch (token) {
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                double real = parser.getDoubleValue();
                if (Double.isInfinite(real)) {
                    throw new UndecodableFieldException(
                            UndecodableReason.OUT_OF_RANGE, "'" + field + "' does not fit into a double");
                }
                yield real;
            }
            case VALUE_STRING ->
                switch (parser.getText()) {
                    case "NaN" -> Double.NaN;
                    case "Infinity" -> Double.POSITIVE_INFINITY;
                    case "-Infinity" -> Double.NEGATIVE_INFINITY;
                    default -> throw wrong(ValueType.DOUBLE, token, field);
                };
            default -> throw wrong(ValueType.DOUBLE, token, field);
        };
    }

    private static String text(JsonParser parser, JsonToken token, ValueType type, String field) throws IOException {
        if (token != JsonToken.VALUE_STRING) {
            throw wrong(type, token, field);
        }
        return wellFormed(parser.getText(), field);
    }

    private static byte[] bytes(JsonParser parser, JsonToken token, String field) throws IOException {
        if (token != JsonToken.VALUE_STRING) {
            throw wrong(ValueType.BYTES, token, field);
        }
        try {
            return parser.getBinaryValue(Base64Variants.MIME_NO_LINEFEEDS);
        } catch (JsonProcessingException e) {
            throw new UndecodableFieldException(UndecodableReason.WRONG_TYPE, "'" + field + "' must be base64");
        }
    }

    /** A lone surrogate has no UTF-8 form: two different texts would become one key. */
    private static String wellFormed(String text, String field) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    throw new UndecodableFieldException(
                            UndecodableReason.WRONG_TYPE, "'" + field + "' is not well-formed Unicode");
                }
                i++;
            }
        }
        return text;
    }

    private static int utf8Length(String text) {
        return text.length() > MAX_KEY_BYTES
                ? text.length()
                : text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    }

    private static UndecodableFieldException wrong(ValueType type, JsonToken token, String field) {
        return new UndecodableFieldException(
                UndecodableReason.WRONG_TYPE, "'" + field + "' must be " + type.word() + ", was " + what(token));
    }

    private static UndecodableFieldException wrong(ValueType type, FeatureValue value, String field) {
        return new UndecodableFieldException(
                UndecodableReason.WRONG_TYPE,
                "'" + field + "' must be " + type.word() + ", was "
                        + value.getClass().getSimpleName().toLowerCase(Locale.ROOT));
    }

    private static String what(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "a list";
            case VALUE_STRING -> "a text";
            case VALUE_NUMBER_INT -> "a whole number";
            case VALUE_NUMBER_FLOAT -> "a number with a fraction or exponent";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            default -> "something else";
        };
    }
}
