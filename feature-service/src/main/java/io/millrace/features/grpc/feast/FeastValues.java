package io.millrace.features.grpc.feast;

import com.google.protobuf.ByteString;
import com.google.protobuf.ProtocolStringList;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.gate.Refusal;
import io.millrace.proto.feast.types.BoolList;
import io.millrace.proto.feast.types.BytesList;
import io.millrace.proto.feast.types.DoubleList;
import io.millrace.proto.feast.types.FloatList;
import io.millrace.proto.feast.types.Int64List;
import io.millrace.proto.feast.types.RepeatedValue;
import io.millrace.proto.feast.types.StringList;
import io.millrace.proto.feast.types.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Values between Feast's protobuf and the kernel. */
final class FeastValues {
    private static final Value NULL = Value.getDefaultInstance();

    private FeastValues() {}

    /** No kind set for null, as Feast's Python server has it. A timestamp loses what is finer than a second: Feast has no more. */
    static Value of(@Nullable FeatureValue value) {
        return switch (value) {
            case null -> NULL;
            case FeatureValue.Bool(boolean bool) ->
                Value.newBuilder().setBoolVal(bool).build();
            case FeatureValue.Int(long whole) ->
                Value.newBuilder().setInt64Val(whole).build();
            case FeatureValue.Real(double real) ->
                Value.newBuilder().setDoubleVal(real).build();
            case FeatureValue.Text(String text) ->
                Value.newBuilder().setStringVal(text).build();
            case FeatureValue.Bytes(byte[] bytes) ->
                Value.newBuilder().setBytesVal(ByteString.copyFrom(bytes)).build();
            case FeatureValue.Time(long micros) ->
                Value.newBuilder().setUnixTimestampVal(seconds(micros)).build();
            case FeatureValue.Many(List<FeatureValue> values) -> list(values);
            case FeatureValue.Vector(float[] elements) -> vector(elements);
            case FeatureValue.Counts(var counts) -> {
                var map = Value.newBuilder().getMapValBuilder();
                counts.forEach((text, count) -> map.putVal(text, of(new FeatureValue.Int(count))));
                yield Value.newBuilder().setMapVal(map).build();
            }
        };
    }

    private static Value vector(float[] elements) {
        var list = FloatList.newBuilder();
        for (float element : elements) {
            list.addVal(element);
        }
        return Value.newBuilder().setFloatListVal(list).build();
    }

    private static long seconds(long micros) {
        return Math.floorDiv(micros, 1_000_000L);
    }

    /** The list kind of its first element; an empty one is an empty list of text, which reads the same in every client. */
    private static Value list(List<FeatureValue> values) {
        var value = Value.newBuilder();
        switch (values.isEmpty() ? new FeatureValue.Text("") : values.getFirst()) {
            case FeatureValue.Bool _ -> {
                var list = BoolList.newBuilder();
                values.forEach(each -> list.addVal(((FeatureValue.Bool) each).value()));
                value.setBoolListVal(list);
            }
            case FeatureValue.Int _ -> {
                var list = Int64List.newBuilder();
                values.forEach(each -> list.addVal(((FeatureValue.Int) each).value()));
                value.setInt64ListVal(list);
            }
            case FeatureValue.Real _ -> {
                var list = DoubleList.newBuilder();
                values.forEach(each -> list.addVal(((FeatureValue.Real) each).value()));
                value.setDoubleListVal(list);
            }
            case FeatureValue.Text _ -> {
                var list = StringList.newBuilder();
                values.forEach(each -> list.addVal(((FeatureValue.Text) each).value()));
                value.setStringListVal(list);
            }
            case FeatureValue.Bytes _ -> {
                var list = BytesList.newBuilder();
                values.forEach(each -> list.addVal(ByteString.copyFrom(((FeatureValue.Bytes) each).value())));
                value.setBytesListVal(list);
            }
            case FeatureValue.Time _ -> {
                var list = Int64List.newBuilder();
                values.forEach(each -> list.addVal(seconds(((FeatureValue.Time) each).micros())));
                value.setUnixTimestampListVal(list);
            }
            case FeatureValue.Many _, FeatureValue.Vector _, FeatureValue.Counts _ ->
                throw new IllegalStateException("no list has lists for elements");
        }
        return value.build();
    }

    /**
     * Null where no kind is set, or null_val.
     *
     * @throws Refusal naming a kind that has no form here
     */
    static @Nullable FeatureValue of(Value value, String column) {
        return switch (value.getValCase()) {
            case VAL_NOT_SET, NULL_VAL -> null;
            case BOOL_VAL -> new FeatureValue.Bool(value.getBoolVal());
            case INT32_VAL -> new FeatureValue.Int(value.getInt32Val());
            case INT64_VAL -> new FeatureValue.Int(value.getInt64Val());
            case DOUBLE_VAL -> new FeatureValue.Real(value.getDoubleVal());
            case FLOAT_VAL -> new FeatureValue.Real(value.getFloatVal());
            case STRING_VAL -> new FeatureValue.Text(value.getStringVal());
            case JSON_VAL -> new FeatureValue.Text(value.getJsonVal());
            case UUID_VAL -> new FeatureValue.Text(value.getUuidVal());
            case TIME_UUID_VAL -> new FeatureValue.Text(value.getTimeUuidVal());
            case DECIMAL_VAL -> new FeatureValue.Text(value.getDecimalVal());
            case BYTES_VAL -> new FeatureValue.Bytes(value.getBytesVal().toByteArray());
            case UNIX_TIMESTAMP_VAL -> time(value.getUnixTimestampVal(), column);
            case BYTES_LIST_VAL ->
                list(value.getBytesListVal().getValList(), bytes -> new FeatureValue.Bytes(bytes.toByteArray()));
            case STRING_LIST_VAL -> texts(value.getStringListVal().getValList());
            case INT32_LIST_VAL -> list(value.getInt32ListVal().getValList(), whole -> new FeatureValue.Int(whole));
            case INT64_LIST_VAL -> list(value.getInt64ListVal().getValList(), FeatureValue.Int::new);
            case DOUBLE_LIST_VAL -> list(value.getDoubleListVal().getValList(), FeatureValue.Real::new);
            case FLOAT_LIST_VAL -> list(value.getFloatListVal().getValList(), real -> new FeatureValue.Real(real));
            case BOOL_LIST_VAL -> list(value.getBoolListVal().getValList(), FeatureValue.Bool::new);
            case UNIX_TIMESTAMP_LIST_VAL ->
                list(value.getUnixTimestampListVal().getValList(), seconds -> time(seconds, column));
            case MAP_VAL,
                    MAP_LIST_VAL,
                    BYTES_SET_VAL,
                    STRING_SET_VAL,
                    INT32_SET_VAL,
                    INT64_SET_VAL,
                    DOUBLE_SET_VAL,
                    FLOAT_SET_VAL,
                    BOOL_SET_VAL,
                    UNIX_TIMESTAMP_SET_VAL,
                    JSON_LIST_VAL,
                    STRUCT_VAL,
                    STRUCT_LIST_VAL,
                    UUID_LIST_VAL,
                    TIME_UUID_LIST_VAL,
                    UUID_SET_VAL,
                    TIME_UUID_SET_VAL,
                    LIST_VAL,
                    SET_VAL,
                    DECIMAL_LIST_VAL,
                    DECIMAL_SET_VAL,
                    SCALAR_MAP_VAL,
                    ZONED_TIMESTAMP_VAL ->
                throw new Refusal(
                        FeatureReason.WRONG_VALUE_TYPE,
                        "'" + column + "' has a " + value.getValCase().name().toLowerCase(Locale.ROOT)
                                + ", which no type of Millrace's can hold");
        };
    }

    private static FeatureValue.Time time(long seconds, String column) {
        if (Math.abs(seconds) > Long.MAX_VALUE / 1_000_000 || seconds == Long.MIN_VALUE) {
            throw new Refusal(FeatureReason.WRONG_VALUE_TYPE, "'" + column + "' has a time beyond all calendars");
        }
        return new FeatureValue.Time(seconds * 1_000_000);
    }

    private static FeatureValue texts(ProtocolStringList texts) {
        return list(texts, FeatureValue.Text::new);
    }

    private static <T> FeatureValue list(List<T> elements, Function<T, FeatureValue> value) {
        return new FeatureValue.Many(elements.stream().map(value).toList());
    }

    static Map<String, List<@Nullable FeatureValue>> columns(Map<String, RepeatedValue> columns) {
        Map<String, List<@Nullable FeatureValue>> values = new LinkedHashMap<>();
        columns.forEach((name, column) -> {
            var list = new ArrayList<@Nullable FeatureValue>(column.getValCount());
            column.getValList().forEach(value -> list.add(of(value, name)));
            values.put(name, list);
        });
        return values;
    }
}
