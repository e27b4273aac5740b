package io.millrace.features.kernel.format;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.format.UndecodableRecordException.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Protobuf's values as the kernel's. */
final class ProtoValues {
    private static final String TIMESTAMP = "google.protobuf.Timestamp";
    private static final Set<String> WRAPPERS = Set.of(
            "google.protobuf.BoolValue",
            "google.protobuf.Int32Value",
            "google.protobuf.Int64Value",
            "google.protobuf.UInt32Value",
            "google.protobuf.UInt64Value",
            "google.protobuf.FloatValue",
            "google.protobuf.DoubleValue",
            "google.protobuf.StringValue",
            "google.protobuf.BytesValue");

    private ProtoValues() {}

    /** The fields on the way to a path's end; empty where the message has no such field. */
    static List<FieldDescriptor> fields(Descriptor message, List<String> path) {
        var fields = new ArrayList<FieldDescriptor>();
        Descriptor at = message;
        for (String name : path) {
            FieldDescriptor field = at == null ? null : at.findFieldByName(name);
            if (field == null || (!fields.isEmpty() && fields.getLast().isRepeated())) {
                return List.of();
            }
            fields.add(field);
            at = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE ? field.getMessageType() : null;
        }
        return fields;
    }

    /**
     * The value at the end of the fields. A field that keeps no note of being there (proto3 without {@code optional}) is its default where nothing was
     * written; every other one is null then.
     */
    static @Nullable FeatureValue at(Message message, List<FieldDescriptor> fields, String name) {
        Message at = message;
        for (int i = 0; i < fields.size() - 1; i++) {
            if (!at.hasField(fields.get(i))) {
                return null;
            }
            at = (Message) at.getField(fields.get(i));
        }
        FieldDescriptor last = fields.getLast();
        if (last.isMapField()) {
            throw unusable(last, name);
        }
        if (last.isRepeated()) {
            var list = new ArrayList<FeatureValue>();
            for (Object each : (List<?>) at.getField(last)) {
                list.add(of(last, each, name));
            }
            return new FeatureValue.Many(list);
        }
        return last.hasPresence() && !at.hasField(last) ? null : of(last, at.getField(last), name);
    }

    private static FeatureValue of(FieldDescriptor field, Object value, String name) {
        return switch (field.getJavaType()) {
            case BOOLEAN -> new FeatureValue.Bool((Boolean) value);
            case INT, LONG -> whole(field, ((Number) value).longValue(), name);
            case FLOAT, DOUBLE -> new FeatureValue.Real(((Number) value).doubleValue());
            case STRING -> new FeatureValue.Text((String) value);
            case BYTE_STRING -> new FeatureValue.Bytes(((ByteString) value).toByteArray());
            case ENUM -> symbol((EnumValueDescriptor) value);
            case MESSAGE -> message(field, (Message) value, name);
        };
    }

    private static FeatureValue whole(FieldDescriptor field, long number, String name) {
        return switch (field.getType()) {
            case UINT32, FIXED32 -> new FeatureValue.Int(Integer.toUnsignedLong((int) number));
            case UINT64, FIXED64 -> {
                if (number < 0) {
                    throw new UndecodableRecordException(
                            Fault.OUT_OF_RANGE, "'" + name + "' does not fit into 63 bits");
                }
                yield new FeatureValue.Int(number);
            }
            default -> new FeatureValue.Int(number);
        };
    }

    /** A number that the enum does not name is its digits. */
    private static FeatureValue symbol(EnumValueDescriptor value) {
        return new FeatureValue.Text(value.getIndex() < 0 ? Integer.toString(value.getNumber()) : value.getName());
    }

    private static FeatureValue message(FieldDescriptor field, Message value, String name) {
        Descriptor type = value.getDescriptorForType();
        if (type.getFullName().equals(TIMESTAMP)) {
            long seconds = (Long) value.getField(type.findFieldByNumber(1));
            int nanos = (Integer) value.getField(type.findFieldByNumber(2));
            if (nanos < 0 || nanos > 999_999_999 || Math.abs(seconds) > 1L << 40) {
                throw new UndecodableRecordException(Fault.OUT_OF_RANGE, "'" + name + "' is no instant");
            }
            return new FeatureValue.Time(seconds * 1_000_000 + nanos / 1_000);
        }
        if (WRAPPERS.contains(type.getFullName())) {
            FieldDescriptor inner = type.findFieldByNumber(1);
            return of(inner, value.getField(inner), name);
        }
        throw unusable(field, name);
    }

    private static UndecodableRecordException unusable(FieldDescriptor field, String name) {
        return new UndecodableRecordException(
                Fault.WRONG_TYPE, "'" + name + "' is " + (field.isMapField() ? "a map" : "a message"));
    }
}
