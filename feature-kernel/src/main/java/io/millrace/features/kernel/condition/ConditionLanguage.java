package io.millrace.features.kernel.condition;

import dev.cel.common.CelIssue;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView.EventField;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The Common Expression Language (cel.dev) over the fields of one view's events. Every field may be null; numbers of different types compare
 * ({@code delay > 15} with a double). There are no macros, so no loops: the work is bounded by the expression's length, at most {@value #MAX_LENGTH}
 * characters. Regular expressions are RE2's, which take linear time.
 */
public final class ConditionLanguage {
    /** Characters of an expression. */
    public static final int MAX_LENGTH = CelVariables.MAX_LENGTH;

    private static final CelRuntime RUNTIME = CelRuntimeFactory.standardCelRuntimeBuilder()
            .setOptions(CelVariables.OPTIONS)
            .build();

    private final CelVariables variables;
    private final CelCompiler compiler;

    private ConditionLanguage(CelVariables variables) {
        this.variables = variables;
        this.compiler = variables.compiler().setResultType(SimpleType.BOOL).build();
    }

    /** The language whose names are these fields. */
    public static ConditionLanguage over(List<EventField> fields) {
        return new ConditionLanguage(new CelVariables(fields));
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
        try {
            return Boolean.TRUE.equals(program.eval(variables.bound(values)));
        } catch (CelEvaluationException undecidable) {
            return false;
        }
    }
}
