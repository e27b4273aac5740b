package io.millrace.features.kernel.condition;

import com.google.protobuf.Timestamp;
import dev.cel.common.CelOptions;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.NullableType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.ValueType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The names that an expression may use: what CEL takes their types and values for. Every one may be null.
 *
 * @param fields in the order in which values are given
 */
record CelVariables(List<EventField> fields) {
    /** Characters of an expression. */
    static final int MAX_LENGTH = 1_000;

    /** For compiling and for computing: numbers of different types compare, and there is a bound to length and depth. */
    static final CelOptions OPTIONS = CelOptions.current()
            .enableHeterogeneousNumericComparisons(true)
            .evaluateCanonicalTypesToNativeValues(true)
            .maxExpressionCodePointSize(MAX_LENGTH)
            .maxParseRecursionDepth(50)
            .build();

    CelVariables {
        fields = List.copyOf(fields);
    }

    /** A compiler that knows these names. */
    CelCompilerBuilder compiler() {
        CelCompilerBuilder builder =
                CelCompilerFactory.standardCelCompilerBuilder().setOptions(OPTIONS);
        for (EventField field : fields) {
            builder.addVar(field.name(), celType(field.type()));
        }
        return builder;
    }

    /** What the names stand for. */
    Map<String, Object> bound(List<@Nullable FeatureValue> values) {
        Map<String, Object> bound = HashMap.newHashMap(fields.size());
        for (int i = 0; i < fields.size(); i++) {
            bound.put(fields.get(i).name(), celValue(values.get(i)));
        }
        return bound;
    }

    static CelType celType(ValueType type) {
        return switch (type) {
            case BOOL -> NullableType.create(SimpleType.BOOL);
            case INT64 -> NullableType.create(SimpleType.INT);
            case DOUBLE -> NullableType.create(SimpleType.DOUBLE);
            case STRING -> NullableType.create(SimpleType.STRING);
            case BYTES -> NullableType.create(SimpleType.BYTES);
            case TIMESTAMP -> SimpleType.TIMESTAMP;
            case BOOL_LIST -> ListType.create(SimpleType.BOOL);
            case INT64_LIST -> ListType.create(SimpleType.INT);
            case DOUBLE_LIST, VECTOR -> ListType.create(SimpleType.DOUBLE);
            case STRING_LIST -> ListType.create(SimpleType.STRING);
            case BYTES_LIST -> ListType.create(SimpleType.BYTES);
            case TIMESTAMP_LIST -> ListType.create(SimpleType.TIMESTAMP);
            case INT64_MAP -> MapType.create(SimpleType.STRING, SimpleType.INT);
        };
    }

    private static Object celValue(@Nullable FeatureValue value) {
        return switch (value) {
            case null -> NullValue.NULL_VALUE;
            case FeatureValue.Bool(boolean b) -> b;
            case FeatureValue.Int(long i) -> i;
            case FeatureValue.Real(double d) -> d;
            case FeatureValue.Text(String s) -> s;
            case FeatureValue.Bytes(byte[] bytes) -> CelByteString.of(bytes);
            case FeatureValue.Time(long micros) ->
                Timestamp.newBuilder()
                        .setSeconds(Math.floorDiv(micros, 1_000_000L))
                        .setNanos((int) Math.floorMod(micros, 1_000_000L) * 1_000)
                        .build();
            case FeatureValue.Many(List<FeatureValue> many) ->
                many.stream().map(CelVariables::celValue).toList();
            case FeatureValue.Counts(var counts) -> counts;
            case FeatureValue.Vector(float[] elements) ->
                IntStream.range(0, elements.length)
                        .mapToObj(i -> (double) elements[i])
                        .toList();
        };
    }
}
