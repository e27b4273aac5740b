package io.millrace.features.kernel.format;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.format.UndecodableRecordException.Fault;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/** Avro's values as the kernel's. */
final class AvroValues {
    private AvroValues() {}

    /** The value at a path; null where it or a record on the way is null. */
    static @Nullable FeatureValue at(IndexedRecord record, List<String> path) {
        Object at = record;
        Schema schema = record.getSchema();
        for (String name : path) {
            if (at == null) {
                return null;
            }
            Schema.Field field =
                    at instanceof IndexedRecord inside ? inside.getSchema().getField(name) : null;
            if (field == null) {
                return null;
            }
            at = ((IndexedRecord) at).get(field.pos());
            schema = field.schema();
        }
        return of(schema, at, String.join(".", path));
    }

    private static @Nullable FeatureValue of(Schema declared, @Nullable Object value, String field) {
        if (value == null) {
            return null;
        }
        Schema schema = declared.getType() == Schema.Type.UNION
                ? declared.getTypes().get(GenericData.get().resolveUnion(declared, value))
                : declared;
        return switch (schema.getType()) {
            case NULL -> null;
            case BOOLEAN -> new FeatureValue.Bool((Boolean) value);
            case INT, LONG -> whole(((Number) value).longValue(), schema.getLogicalType(), field);
            case FLOAT, DOUBLE -> new FeatureValue.Real(((Number) value).doubleValue());
            case STRING -> new FeatureValue.Text(value.toString());
            case ENUM -> new FeatureValue.Text(((GenericEnumSymbol<?>) value).toString());
            case BYTES -> bytes(copied((ByteBuffer) value), schema.getLogicalType());
            case FIXED -> bytes(((GenericFixed) value).bytes(), schema.getLogicalType());
            case ARRAY -> list(schema, (Collection<?>) value, field);
            case MAP, RECORD -> throw unusable(value, field);
            case UNION -> throw new IllegalStateException("a union inside a union");
        };
    }

    private static FeatureValue whole(long number, @Nullable LogicalType type, String field) {
        try {
            return switch (type) {
                case LogicalTypes.TimestampMillis _ -> new FeatureValue.Time(Math.multiplyExact(number, 1_000L));
                case LogicalTypes.TimestampMicros _ -> new FeatureValue.Time(number);
                case LogicalTypes.TimestampNanos _ -> new FeatureValue.Time(Math.floorDiv(number, 1_000L));
                case null, default -> new FeatureValue.Int(number);
            };
        } catch (ArithmeticException e) {
            throw new UndecodableRecordException(Fault.OUT_OF_RANGE, "'" + field + "' is no instant");
        }
    }

    /** A decimal is text, which loses nothing; a double would. */
    private static FeatureValue bytes(byte[] bytes, @Nullable LogicalType type) {
        return type instanceof LogicalTypes.Decimal decimal && bytes.length > 0
                ? new FeatureValue.Text(new BigDecimal(new BigInteger(bytes), decimal.getScale()).toPlainString())
                : new FeatureValue.Bytes(bytes);
    }

    private static FeatureValue list(Schema schema, Collection<?> values, String field) {
        var list = new ArrayList<FeatureValue>(values.size());
        for (Object each : values) {
            FeatureValue value = of(schema.getElementType(), each, field);
            if (value == null) {
                throw new UndecodableRecordException(Fault.WRONG_TYPE, "'" + field + "' is a list with a null in it");
            }
            list.add(value);
        }
        return new FeatureValue.Many(list);
    }

    private static UndecodableRecordException unusable(Object value, String field) {
        return new UndecodableRecordException(
                Fault.WRONG_TYPE, "'" + field + "' is " + (value instanceof Map ? "a map" : "a record"));
    }

    private static byte[] copied(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
