package io.millrace.features.kernel.definition;

import io.millrace.definitions.MapNode;
import io.millrace.definitions.NearestName;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.FeatureView.JoinKey;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.condition.Compilation;
import io.millrace.features.kernel.condition.ConditionLanguage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The types of a view's event fields. Where the document has {@code fields}, each field that is used must stand there (or be a join key's); where it
 * has none, the types come from the features: the type of the feature for a plain one, sum, min, max and last, double for a mean.
 */
final class FieldTypes {
    /** Different conditions of a view: each event keeps one bit for each. */
    private static final int MOST_CONDITIONS = 64;

    private static final Pattern WORD = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*");
    private static final Pattern SPACED_DOT = Pattern.compile("\\s*\\.\\s*");

    private final boolean declared;
    private final Map<String, ValueType> types = new LinkedHashMap<>();
    private final Map<String, Integer> dimensions = new HashMap<>();
    private final Set<String> used = new LinkedHashSet<>();
    private final List<Use> conditions = new ArrayList<>();

    private record Use(MapNode node, String expression) {}

    FieldTypes(MapNode document, List<JoinKey> joinKeys) {
        this.declared = document.has("fields");
        document.optionalMap("fields").ifPresent(this::declare);
        for (JoinKey key : joinKeys) {
            ValueType before = types.putIfAbsent(key.field(), key.type());
            if (before != null && before != key.type()) {
                document.fault(
                        "fields",
                        "'" + key.field() + "' is " + lower(before) + " in 'fields', but join key '" + key.name()
                                + "' is " + lower(key.type()));
            }
        }
    }

    private void declare(MapNode fields) {
        for (String name : fields.keys()) {
            if (!DocumentHead.PATH.matcher(name).matches()) {
                fields.fault(name, "'" + name + "' must be " + DocumentHead.PATH_EXPECTATION);
            }
            if (!fields.has(name)) {
                fields.fault(name, "'" + name + "' has no type");
            }
            fields.optionalChoice(name, ValueType.words())
                    .filter(type -> isOfEvents(fields, name, type))
                    .ifPresent(type -> types.put(name, type));
        }
    }

    /** The type of a field that a feature uses; a fault and empty where it is not known and cannot be inferred. */
    Optional<ValueType> of(MapNode node, String field, Optional<ValueType> inferred) {
        used.add(field);
        ValueType known = types.get(field);
        if (known != null) {
            return Optional.of(known);
        }
        if (!declared && inferred.isPresent()) {
            types.put(field, inferred.get());
            return inferred;
        }
        node.fault(
                node.has("field") ? "field" : "name",
                "'fields' does not give the type of '" + field + "'" + NearestName.hint(field, types.keySet()));
        return Optional.empty();
    }

    /** Remembers a condition; it is compiled when all fields are known. */
    void condition(MapNode node, String expression) {
        conditions.add(new Use(node, expression));
    }

    void compileConditions() {
        List<EventField> fields = types.entrySet().stream().map(this::field).toList();
        ConditionLanguage language = ConditionLanguage.over(fields);
        var different = new LinkedHashSet<String>();
        for (Use use : conditions) {
            different.add(use.expression());
            if (different.size() == MOST_CONDITIONS + 1) {
                use.node().fault("where", "a view has at most " + MOST_CONDITIONS + " different conditions");
            }
            switch (language.compile(use.expression())) {
                case Compilation.Compiled _ -> useWordsOf(use.expression());
                case Compilation.Faulty(int column, String message) ->
                    use.node()
                            .fault(
                                    "where",
                                    "'where' at column " + column + ": " + message + hint(use.expression(), column));
            }
        }
    }

    /** The fields that features and conditions use, in the order of the document. */
    List<EventField> used() {
        return types.entrySet().stream()
                .filter(field -> used.contains(field.getKey()))
                .map(this::field)
                .toList();
    }

    private void useWordsOf(String expression) {
        Matcher words = WORD.matcher(SPACED_DOT.matcher(expression).replaceAll("."));
        while (words.find()) {
            String path = words.group();
            for (int end = path.length(); end > 0; end = path.lastIndexOf('.', end - 1)) {
                used.add(path.substring(0, end));
            }
        }
    }

    private String hint(String expression, int column) {
        Matcher words = WORD.matcher(expression);
        boolean isWord = column <= expression.length() && words.find(column - 1) && words.start() == column - 1;
        return isWord && !types.containsKey(words.group()) ? NearestName.hint(words.group(), types.keySet()) : "";
    }

    /** Maps come of folds alone. */
    static boolean isOfEvents(MapNode node, String key, ValueType type) {
        if (type == ValueType.INT64_MAP) {
            node.fault(key, "'" + key + "' cannot be " + type.word() + ": events have no such fields");
            return false;
        }
        return true;
    }

    /** How many elements a vector field has; where two features say it they must agree. */
    void dimension(MapNode node, String field, int dimension) {
        Integer before = dimensions.putIfAbsent(field, dimension);
        if (before != null && before != dimension) {
            node.fault("dimension", "'" + field + "' has the dimension " + before + " elsewhere, here " + dimension);
        }
    }

    private EventField field(Map.Entry<String, ValueType> field) {
        return new EventField(field.getKey(), field.getValue(), dimensions.getOrDefault(field.getKey(), 0));
    }

    private static String lower(ValueType type) {
        return type.word();
    }
}
