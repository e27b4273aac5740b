package io.millrace.inference.app.label;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.condition.Expression;
import io.millrace.features.kernel.condition.Expression.Compiled;
import io.millrace.features.kernel.condition.ExpressionLanguage;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.inference.domain.label.LabelStream;
import io.millrace.inference.domain.label.LabelStream.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Computes the label of an event's fields. Thread-safe. */
public final class LabelExpression {
    private final List<EventField> fields;
    private final Expression expression;
    private final ValueType type;

    private LabelExpression(List<EventField> fields, Expression expression, ValueType type) {
        this.fields = fields;
        this.expression = expression;
        this.type = type;
    }

    /** What is wrong with an expression, for its author; empty where nothing is. */
    static String fault(String expression, Map<String, FieldType> fields, Task task) {
        Compiled compiled = null;
        for (ValueType type : types(task)) {
            compiled = ExpressionLanguage.over(variables(fields)).compile(expression, type);
            if (compiled instanceof Compiled.Usable) {
                return "";
            }
        }
        return compiled instanceof Compiled.Faulty(int column, String message) ? "at " + column + ": " + message : "";
    }

    /** The label of a stream that was checked when it was applied. */
    public static LabelExpression of(LabelStream labels) {
        List<EventField> variables = variables(labels.fields());
        for (ValueType type : types(labels.task())) {
            if (ExpressionLanguage.over(variables).compile(labels.label(), type)
                    instanceof Compiled.Usable(Expression expression)) {
                return new LabelExpression(variables, expression, type);
            }
        }
        throw new IllegalArgumentException(
                "'" + labels.label() + "': " + fault(labels.label(), labels.fields(), labels.task()));
    }

    /**
     * The label: 0 or 1 of a condition, else a finite number.
     *
     * @param values of fields by name: Boolean, Long, Double or String
     * @return nothing where it cannot be computed, as of a field that is missing or of another type
     */
    public OptionalDouble of(Map<String, Object> values) {
        var given = new ArrayList<@Nullable FeatureValue>(fields.size());
        for (EventField field : fields) {
            given.add(value(field.type(), values.get(field.name())));
        }
        double label =
                switch (expression.evaluate(given)) {
                    case FeatureValue.Bool(boolean met) -> met ? 1 : 0;
                    case FeatureValue.Int(long number) -> number;
                    case FeatureValue.Real(double number) -> number;
                    case null, default -> Double.NaN;
                };
        return Double.isFinite(label) ? OptionalDouble.of(label) : OptionalDouble.empty();
    }

    /** What the expression gives: BOOL, DOUBLE or INT64. */
    public ValueType type() {
        return type;
    }

    private static List<ValueType> types(Task task) {
        return switch (task) {
            case Task.Classification _ -> List.of(ValueType.BOOL);
            case Task.Regression _ -> List.of(ValueType.INT64, ValueType.DOUBLE);
        };
    }

    private static List<EventField> variables(Map<String, FieldType> fields) {
        return new TreeMap<>(fields)
                .entrySet().stream()
                        .map(field -> new EventField(
                                field.getKey(),
                                switch (field.getValue()) {
                                    case BOOL -> ValueType.BOOL;
                                    case INT64 -> ValueType.INT64;
                                    case DOUBLE -> ValueType.DOUBLE;
                                    case STRING -> ValueType.STRING;
                                }))
                        .toList();
    }

    private static @Nullable FeatureValue value(ValueType type, @Nullable Object given) {
        return switch (given) {
            case Boolean flag when type == ValueType.BOOL -> new FeatureValue.Bool(flag);
            case Long number when type == ValueType.INT64 -> new FeatureValue.Int(number);
            case Long number when type == ValueType.DOUBLE -> new FeatureValue.Real(number);
            case Double number when type == ValueType.DOUBLE -> new FeatureValue.Real(number);
            case String text when type == ValueType.STRING -> new FeatureValue.Text(text);
            case null, default -> null;
        };
    }
}
