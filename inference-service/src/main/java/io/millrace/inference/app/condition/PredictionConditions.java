package io.millrace.inference.app.condition;

import io.millrace.definitions.NearestName;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.condition.Compilation;
import io.millrace.features.kernel.condition.Condition;
import io.millrace.features.kernel.condition.ConditionLanguage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Compiles conditions over predictions. The language is the feature kernel's, over {@link ConditionNames}; of a prediction only what an expression names is looked at. */
public final class PredictionConditions {
    private static final Pattern TEXT = Pattern.compile("\"(?:\\\\.|[^\"\\\\])*\"|'(?:\\\\.|[^'\\\\])*'");
    private static final Pattern PATH = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*");

    private PredictionConditions() {}

    /** What compiling gave. */
    public sealed interface Compiled {
        /**
         * @param features names of features that it uses, {@code view.feature}
         * @param constant its answer where it names nothing and so always has the same; else null
         */
        record Usable(
                PredictionCondition condition,
                Set<String> features,
                @Nullable Boolean constant) implements Compiled {}

        /**
         * @param column where in the expression, from 1
         * @param message for its author
         */
        record Faulty(int column, String message) implements Compiled {}
    }

    /** Compiles an expression, which must give a boolean. */
    public static Compiled compile(String expression, ConditionNames names) {
        Map<String, ConditionNames.Name> used = used(expression, names);
        List<EventField> variables = used.entrySet().stream()
                .map(name -> new EventField(name.getKey(), name.getValue().type()))
                .toList();
        return switch (ConditionLanguage.over(variables).compile(expression)) {
            case Compilation.Faulty(int column, String message) ->
                new Compiled.Faulty(column, message + hint(expression, column, names));
            case Compilation.Compiled(Condition condition) -> {
                List<ConditionNames.Name> values = List.copyOf(used.values());
                var features = new LinkedHashSet<String>();
                used.keySet().stream()
                        .filter(name -> name.startsWith("features."))
                        .forEach(name -> features.add(name.substring("features.".length())));
                yield new Compiled.Usable(
                        facts -> condition.isMetBy(values(values, facts)),
                        features,
                        used.isEmpty() ? condition.isMetBy(List.of()) : null);
            }
        };
    }

    /** A condition that was compiled before, when its pipeline was applied. */
    public static PredictionCondition compiled(String expression, ConditionNames names) {
        return switch (compile(expression, names)) {
            case Compiled.Usable usable -> usable.condition();
            case Compiled.Faulty(int column, String message) ->
                throw new IllegalArgumentException("'" + expression + "' at " + column + ": " + message);
        };
    }

    /** The words and paths that an expression has outside of its texts. */
    public static Set<String> names(String expression) {
        var names = new LinkedHashSet<String>();
        Matcher paths = PATH.matcher(TEXT.matcher(expression).replaceAll("\"\""));
        while (paths.find()) {
            names.add(paths.group());
        }
        return names;
    }

    /** The features that a condition names, {@code view.feature}. */
    public static Set<String> features(String expression, ConditionNames names) {
        return compile(expression, names) instanceof Compiled.Usable usable ? usable.features() : Set.of();
    }

    private static List<@Nullable FeatureValue> values(List<ConditionNames.Name> names, Facts facts) {
        var values = new ArrayList<@Nullable FeatureValue>(names.size());
        for (ConditionNames.Name name : names) {
            values.add(name.value().apply(facts));
        }
        return values;
    }

    private static Map<String, ConditionNames.Name> used(String expression, ConditionNames names) {
        var used = new LinkedHashMap<String, ConditionNames.Name>();
        Matcher paths = PATH.matcher(TEXT.matcher(expression).replaceAll("\"\""));
        while (paths.find()) {
            names.find(paths.group()).ifPresent(name -> used.putIfAbsent(name.getKey(), name.getValue()));
        }
        return used;
    }

    private static String hint(String expression, int column, ConditionNames names) {
        Matcher paths = PATH.matcher(expression);
        if (column > expression.length() || !paths.find(column - 1) || paths.start() != column - 1) {
            return "";
        }
        return names.find(paths.group()).isPresent()
                ? ""
                : NearestName.hint(paths.group(), names.all().keySet());
    }
}
