package io.millrace.features.kernel.projection;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.FeatureView.TimeUnitOfField;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.format.UndecodableRecordException.Fault;
import io.millrace.features.kernel.projection.Projection.UndecodableReason;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Takes values that a decoder read as the types that a view declares. */
final class DecodedFields {
    private DecodedFields() {}

    /** The value as its type has it; RFC 3339 text is a timestamp, too. */
    static @Nullable FeatureValue typed(@Nullable FeatureValue value, EventField field, ProjectionLimits limits) {
        int length =
                switch (value) {
                    case FeatureValue.Text(String text) -> text.length();
                    case FeatureValue.Bytes(byte[] bytes) -> bytes.length;
                    case null, default -> 0;
                };
        if (length > limits.stringLength()) {
            throw new UndecodableFieldException(
                    UndecodableReason.TOO_LARGE, "'" + field.name() + "' is longer than " + limits.stringLength());
        }
        return field.type() == ValueType.TIMESTAMP && value instanceof FeatureValue.Text(String text)
                ? new FeatureValue.Time(EventTime.ofText(text, field.name()))
                : FieldDecoder.checked(value, field);
    }

    /** The event's timestamp: the encoding's own, or a number or text in the unit of the source. */
    static FeatureValue.@Nullable Time time(@Nullable FeatureValue value, TimeUnitOfField unit, String field) {
        return switch (value) {
            case null -> null;
            case FeatureValue.Time(long micros) -> new FeatureValue.Time(EventTime.inRange(micros, field));
            case FeatureValue.Int(long number) -> new FeatureValue.Time(EventTime.ofNumber(number, unit, field));
            case FeatureValue.Real(double number)
            when Double.isFinite(number) ->
                new FeatureValue.Time(EventTime.ofNumber(BigDecimal.valueOf(number), unit, field));
            case FeatureValue.Text(String text)
            when unit == TimeUnitOfField.RFC3339 -> new FeatureValue.Time(EventTime.ofText(text, field));
            default ->
                throw new UndecodableFieldException(
                        UndecodableReason.WRONG_TYPE, "'" + field + "' is no timestamp in the declared unit");
        };
    }

    static UndecodableReason reason(Fault fault) {
        return switch (fault) {
            case NOT_AVRO -> UndecodableReason.NOT_AVRO;
            case NOT_PROTOBUF -> UndecodableReason.NOT_PROTOBUF;
            case NOT_FRAMED -> UndecodableReason.NOT_FRAMED;
            case UNKNOWN_SCHEMA -> UndecodableReason.UNKNOWN_SCHEMA;
            case INCOMPATIBLE_SCHEMA -> UndecodableReason.INCOMPATIBLE_SCHEMA;
            case WRONG_TYPE -> UndecodableReason.WRONG_TYPE;
            case OUT_OF_RANGE -> UndecodableReason.OUT_OF_RANGE;
            case TOO_LARGE -> UndecodableReason.TOO_LARGE;
        };
    }
}
