package io.millrace.inference.app.ensemble;

import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.condition.Expression.Compiled;
import io.millrace.features.kernel.condition.ExpressionLanguage;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The expressions of an ensemble: those of on-demand features ({@link ExpressionLanguage}), over a row of its tensors. A tensor of one column is a value, one of several
 * a list.
 */
final class Expressions {
    /** A text, in which no name counts, or a name. */
    private static final Pattern TEXT_OR_NAME =
            Pattern.compile("'(?:[^'\\\\]|\\\\.)*'|\"(?:[^\"\\\\]|\\\\.)*\"|([A-Za-z_][A-Za-z0-9_]*)");

    private final Map<String, @Nullable TensorSpec> tensors;
    private final Consumer<String> faults;

    /**
     * @param tensors by name; null where the form is not known
     */
    Expressions(Map<String, @Nullable TensorSpec> tensors, Consumer<String> faults) {
        this.tensors = tensors;
        this.faults = faults;
    }

    /** The tensors that an expression names. */
    Set<String> uses(String expression) {
        var uses = new LinkedHashSet<String>();
        Matcher matcher = TEXT_OR_NAME.matcher(expression);
        while (matcher.find()) {
            if (matcher.group(1) != null && tensors.containsKey(matcher.group(1))) {
                uses.add(matcher.group(1));
            }
        }
        return uses;
    }

    /** Null where something is wrong, which is told, or where it depends on a tensor whose form is not known. */
    Work.@Nullable Column compile(String expression, Datatype datatype) {
        List<String> variables = List.copyOf(uses(expression));
        var fields = new ArrayList<EventField>();
        for (String variable : variables) {
            TensorSpec spec = tensors.get(variable);
            if (spec == null) {
                return null;
            }
            Optional<ValueType> type = RowColumn.type(spec);
            if (type.isEmpty()) {
                faults.accept("'" + variable + "' has the shape " + spec.shape()
                        + ": an expression takes one or two dimensions");
                return null;
            }
            fields.add(new EventField(variable, type.get()));
        }
        ValueType wanted = RowColumn.element(datatype);
        return switch (ExpressionLanguage.over(fields).compile(expression, wanted)) {
            case Compiled.Usable(var usable) -> new Work.Column(variables, usable);
            case Compiled.Faulty found -> {
                // With all names at hand the message can say which one was meant.
                Compiled again = ExpressionLanguage.over(known()).compile(expression, wanted);
                Compiled.Faulty faulty = again instanceof Compiled.Faulty better ? better : found;
                faults.accept("'" + expression + "' at column " + faulty.column() + ": " + faulty.message());
                yield null;
            }
        };
    }

    private List<EventField> known() {
        var known = new ArrayList<EventField>();
        tensors.forEach((name, spec) -> {
            if (spec != null) {
                RowColumn.type(spec).ifPresent(type -> known.add(new EventField(name, type)));
            }
        });
        return known;
    }
}
