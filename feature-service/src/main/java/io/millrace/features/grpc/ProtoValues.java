package io.millrace.features.grpc;

import com.google.protobuf.ByteString;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.proto.features.v1.Column;
import io.millrace.proto.features.v1.ListValue;
import io.millrace.proto.features.v1.MapValue;
import io.millrace.proto.features.v1.Value;
import io.millrace.proto.features.v1.VectorValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Values between protobuf and the kernel. */
final class ProtoValues {
    private static final Value NULL = Value.getDefaultInstance();

    private ProtoValues() {}

    static Value of(@Nullable FeatureValue value) {
        return switch (value) {
            case null -> NULL;
            case FeatureValue.Bool(boolean bool) ->
                Value.newBuilder().setBoolValue(bool).build();
            case FeatureValue.Int(long whole) ->
                Value.newBuilder().setInt64Value(whole).build();
            case FeatureValue.Real(double real) ->
                Value.newBuilder().setDoubleValue(real).build();
            case FeatureValue.Text(String text) ->
                Value.newBuilder().setStringValue(text).build();
            case FeatureValue.Bytes(byte[] bytes) ->
                Value.newBuilder().setBytesValue(ByteString.copyFrom(bytes)).build();
            case FeatureValue.Time(long micros) ->
                Value.newBuilder().setTimestampValue(micros).build();
            case FeatureValue.Many(List<FeatureValue> values) -> {
                var list = ListValue.newBuilder();
                values.forEach(each -> list.addValues(of(each)));
                yield Value.newBuilder().setListValue(list).build();
            }
            case FeatureValue.Counts(var counts) -> {
                var map = MapValue.newBuilder();
                counts.forEach((key, count) ->
                        map.addEntries(MapValue.Entry.newBuilder().setKey(key).setValue(count)));
                yield Value.newBuilder().setMapValue(map).build();
            }
            case FeatureValue.Vector(float[] elements) -> {
                var vector = VectorValue.newBuilder();
                for (float element : elements) {
                    vector.addElements(element);
                }
                yield Value.newBuilder().setVectorValue(vector).build();
            }
        };
    }

    /** Null where no member is set. */
    static @Nullable FeatureValue of(Value value) {
        return switch (value.getKindCase()) {
            case BOOL_VALUE -> new FeatureValue.Bool(value.getBoolValue());
            case INT64_VALUE -> new FeatureValue.Int(value.getInt64Value());
            case DOUBLE_VALUE -> new FeatureValue.Real(value.getDoubleValue());
            case STRING_VALUE -> new FeatureValue.Text(value.getStringValue());
            case BYTES_VALUE -> new FeatureValue.Bytes(value.getBytesValue().toByteArray());
            case TIMESTAMP_VALUE -> new FeatureValue.Time(value.getTimestampValue());
            case LIST_VALUE -> {
                var values = new ArrayList<FeatureValue>(value.getListValue().getValuesCount());
                for (Value each : value.getListValue().getValuesList()) {
                    FeatureValue element = of(each);
                    if (element != null) {
                        values.add(element);
                    }
                }
                yield new FeatureValue.Many(values);
            }
            case MAP_VALUE -> {
                var counts = new TreeMap<String, Long>();
                value.getMapValue().getEntriesList().forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
                yield new FeatureValue.Counts(counts);
            }
            case VECTOR_VALUE -> {
                VectorValue vector = value.getVectorValue();
                float[] elements = new float[vector.getElementsCount()];
                for (int i = 0; i < elements.length; i++) {
                    elements[i] = vector.getElements(i);
                }
                yield new FeatureValue.Vector(elements);
            }
            case KIND_NOT_SET -> null;
        };
    }

    static Map<String, List<@Nullable FeatureValue>> columns(Map<String, Column> columns) {
        Map<String, List<@Nullable FeatureValue>> values = new HashMap<>();
        columns.forEach((name, column) -> {
            var list = new ArrayList<@Nullable FeatureValue>(column.getValuesCount());
            column.getValuesList().forEach(value -> list.add(of(value)));
            values.put(name, list);
        });
        return values;
    }
}
