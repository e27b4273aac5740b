package io.millrace.features.kernel.condition;

import com.google.protobuf.Timestamp;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.NullableType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.ValueType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The Common Expression Language (cel.dev) over the fields of one view's events. Every field may be null; numbers of different types compare
 * ({@code delay > 15} with a double). There are no macros, so no loops: the work is bounded by the expression's length, at most {@value #MAX_LENGTH}
 * characters. Regular expressions are RE2's, which take linear time.
 */
public final class ConditionLanguage {
    /** Characters of an expression. */
    public static final int MAX_LENGTH = 1_000;

    private static final CelOptions OPTIONS = CelOptions.current()
            .enableHeterogeneousNumericComparisons(true)
            .evaluateCanonicalTypesToNativeValues(true)
            .maxExpressionCodePointSize(MAX_LENGTH)
            .maxParseRecursionDepth(50)
            .build();

    private static final CelRuntime RUNTIME =
            CelRuntimeFactory.standardCelRuntimeBuilder().setOptions(OPTIONS).build();

    private final List<EventField> fields;
    private final CelCompiler compiler;

    private ConditionLanguage(List<EventField> fields, CelCompiler compiler) {
        this.fields = List.copyOf(fields);
        this.compiler = compiler;
    }

    /** The language whose names are these fields. */
    public static ConditionLanguage over(List<EventField> fields) {
        CelCompilerBuilder builder = CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .setResultType(SimpleType.BOOL);
        for (EventField field : fields) {
            builder.addVar(field.name(), celType(field.type()));
        }
        return new ConditionLanguage(fields, builder.build());
    }

    public Compilation compile(String expression) {
        CelValidationResult result = compiler.compile(expression);
        if (result.hasError()) {
            CelIssue first = result.getErrors().getFirst();
            return new Compilation.Faulty(Math.max(0, first.getSourceLocation().getColumn()) + 1, first.getMessage());
        }
        try {
            CelRuntime.Program program = RUNTIME.createProgram(result.getAst());
            return new Compilation.Compiled(values -> isTrue(program, values));
        } catch (CelValidationException | CelEvaluationException e) {
            return new Compilation.Faulty(1, String.valueOf(e.getMessage()));
        }
    }

    private boolean isTrue(CelRuntime.Program program, List<@Nullable FeatureValue> values) {
        Map<String, Object> variables = HashMap.newHashMap(fields.size());
        for (int i = 0; i < fields.size(); i++) {
            variables.put(fields.get(i).name(), celValue(values.get(i)));
        }
        try {
            return Boolean.TRUE.equals(program.eval(variables));
        } catch (CelEvaluationException undecidable) {
            return false;
        }
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

    static Object celValue(@Nullable FeatureValue value) {
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
                many.stream().map(ConditionLanguage::celValue).toList();
            case FeatureValue.Counts(var counts) -> counts;
            case FeatureValue.Vector(float[] elements) ->
                IntStream.range(0, elements.length)
                        .mapToObj(i -> (double) elements[i])
                        .toList();
        };
    }
}
