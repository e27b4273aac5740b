package io.millrace.features.kernel.condition;

import com.google.protobuf.Timestamp;
import dev.cel.common.CelIssue;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.CelType;
import dev.cel.common.types.NullableType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelByteString;
import dev.cel.compiler.CelCompiler;
import dev.cel.extensions.CelExtensions;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import io.millrace.definitions.NearestName;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.condition.Expression.Compiled;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The Common Expression Language (cel.dev) with its math functions, for expressions that give a value. Every variable may be null:
 * {@code x == null ? 0.0 : x} handles that, and whatever else is done with a null gives null. Whole numbers and doubles compare with each other, but
 * are not added or divided without {@code double(x)} or {@code int(x)}. There are no macros, so no loops: the work is bounded by the expression's
 * length, at most {@value #MAX_LENGTH} characters.
 */
public final class ExpressionLanguage {
    /** Characters of an expression. */
    public static final int MAX_LENGTH = CelVariables.MAX_LENGTH;

    private static final Pattern WORD = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private static final CelRuntime RUNTIME = CelRuntimeFactory.standardCelRuntimeBuilder()
            .setOptions(CelVariables.OPTIONS)
            .addLibraries(CelExtensions.math(CelVariables.OPTIONS))
            .build();

    private final CelVariables variables;
    private final CelCompiler compiler;

    private ExpressionLanguage(CelVariables variables) {
        this.variables = variables;
        this.compiler = variables
                .compiler()
                .addLibraries(CelExtensions.math(CelVariables.OPTIONS))
                .build();
    }

    /** The language whose names are these. */
    public static ExpressionLanguage over(List<EventField> variables) {
        return new ExpressionLanguage(new CelVariables(variables));
    }

    /** Compiles and checks that the expression gives values of the type. */
    public Compiled compile(String expression, ValueType type) {
        CelValidationResult result = compiler.compile(expression);
        if (result.hasError()) {
            CelIssue first = result.getErrors().getFirst();
            int column = Math.max(0, first.getSourceLocation().getColumn()) + 1;
            return new Compiled.Faulty(column, first.getMessage() + hint(expression, column));
        }
        try {
            CelType given = unwrapped(result.getAst().getResultType());
            if (!given.equals(unwrapped(CelVariables.celType(type)))) {
                return new Compiled.Faulty(1, "the expression gives " + word(given) + ", but 'type' is " + type.word());
            }
            CelRuntime.Program program = RUNTIME.createProgram(result.getAst());
            return new Compiled.Usable(values -> evaluate(program, type, values));
        } catch (CelValidationException | CelEvaluationException e) {
            return new Compiled.Faulty(1, String.valueOf(e.getMessage()));
        }
    }

    private @Nullable FeatureValue evaluate(
            CelRuntime.Program program, ValueType type, List<@Nullable FeatureValue> values) {
        try {
            return value(program.eval(variables.bound(values)), type);
        } catch (CelEvaluationException notComputable) {
            return null;
        }
    }

    /** Anything else than a value of the type is null. */
    private static @Nullable FeatureValue value(Object given, ValueType type) {
        FeatureValue value =
                switch (given) {
                    case Boolean bool -> new FeatureValue.Bool(bool);
                    case Long whole -> new FeatureValue.Int(whole);
                    case Double real -> new FeatureValue.Real(real);
                    case String text -> new FeatureValue.Text(text);
                    case CelByteString bytes -> new FeatureValue.Bytes(bytes.toByteArray());
                    case Timestamp time -> time(time.getSeconds(), time.getNanos());
                    case Instant time -> time(time.getEpochSecond(), time.getNano());
                    default -> null;
                };
        return type == typeOf(value) ? value : null;
    }

    private static @Nullable FeatureValue time(long seconds, int nanos) {
        try {
            return new FeatureValue.Time(Math.addExact(Math.multiplyExact(seconds, 1_000_000L), nanos / 1_000));
        } catch (ArithmeticException outOfRange) {
            return null;
        }
    }

    private static @Nullable ValueType typeOf(@Nullable FeatureValue value) {
        return switch (value) {
            case FeatureValue.Bool _ -> ValueType.BOOL;
            case FeatureValue.Int _ -> ValueType.INT64;
            case FeatureValue.Real _ -> ValueType.DOUBLE;
            case FeatureValue.Text _ -> ValueType.STRING;
            case FeatureValue.Bytes _ -> ValueType.BYTES;
            case FeatureValue.Time _ -> ValueType.TIMESTAMP;
            case null, default -> null;
        };
    }

    private static CelType unwrapped(CelType type) {
        return type instanceof NullableType nullable ? nullable.targetType() : type;
    }

    private static String word(CelType type) {
        if (type.equals(SimpleType.INT)) {
            return "int64";
        }
        return type.equals(SimpleType.DYN) ? "a value whose type is not known before" : type.name();
    }

    private String hint(String expression, int column) {
        Matcher words = WORD.matcher(expression);
        boolean isWord = column <= expression.length() && words.find(column - 1) && words.start() == column - 1;
        List<String> names = variables.fields().stream().map(EventField::name).toList();
        return isWord && !names.contains(words.group()) ? NearestName.hint(words.group(), names) : "";
    }
}
