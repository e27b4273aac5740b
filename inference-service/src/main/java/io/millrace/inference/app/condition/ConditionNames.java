package io.millrace.inference.app.condition;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.ValueType;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.inference.domain.deploy.Choice;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The names that conditions over a pipeline's predictions may use: {@code prediction}, {@code novelty}, {@code key}, {@code complete}, {@code model.name}, {@code model.version} or
 * {@code model_version}, {@code deployment} and {@code arm} where a deployment splits the model, {@code entity.<join key>} as text, {@code request.<field>} in its type, {@code features.<view>.<feature>} as a number. Each may be null.
 */
public final class ConditionNames {
    private static final Pattern FEATURE = Pattern.compile("features\\.([a-z][a-z0-9_]*)\\.([a-z][a-z0-9_]*)");
    private static final Pattern PATH = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*");

    private final Map<String, Name> names = new LinkedHashMap<>();

    /** What a name stands for. */
    record Name(ValueType type, Function<Facts, @Nullable FeatureValue> value) {}

    private ConditionNames() {}

    /**
     * The names of a pipeline.
     *
     * @param request fields whose names are no words with dots between them have no name here
     */
    public static ConditionNames of(Collection<String> joinKeys, Map<String, FieldType> request) {
        var names = new ConditionNames();
        names.add("prediction", ValueType.DOUBLE, facts -> real(facts.score().prediction()));
        names.add(
                "novelty",
                ValueType.DOUBLE,
                facts -> Double.isNaN(facts.score().novelty())
                        ? null
                        : real(facts.score().novelty()));
        names.add("key", ValueType.STRING, facts -> new FeatureValue.Text(facts.key()));
        names.add(
                "complete",
                ValueType.BOOL,
                facts -> new FeatureValue.Bool(facts.batch().complete()));
        names.add(
                "model.name",
                ValueType.STRING,
                facts -> new FeatureValue.Text(facts.batch().model(facts.at()).name()));
        names.add(
                "model.version",
                ValueType.STRING,
                facts -> new FeatureValue.Text(facts.batch().model(facts.at()).version()));
        names.add(
                "model_version",
                ValueType.STRING,
                facts -> new FeatureValue.Text(facts.batch().model(facts.at()).version()));
        names.add("deployment", ValueType.STRING, facts -> chosen(facts, Choice::deployment));
        names.add("arm", ValueType.STRING, facts -> chosen(facts, Choice::arm));
        for (String key : joinKeys.stream().sorted().toList()) {
            names.add(
                    "entity." + key,
                    ValueType.STRING,
                    facts -> text(facts.score().entity().get(key)));
        }
        request.keySet().stream()
                .sorted()
                .filter(field -> PATH.matcher(field).matches())
                .forEach(field -> names.add(
                        "request." + field,
                        type(request.get(field)),
                        facts -> typed(facts.row().fields().get(field), request.get(field))));
        return names;
    }

    /** Features as conditions name them: {@code view.feature} for {@code view:feature} and {@code view@v1:feature}. */
    public static Set<String> ofFeatures(List<String> references) {
        var features = new TreeSet<String>();
        for (String reference : references) {
            features.add(reference.replaceFirst("(@[^:]*)?:", "."));
        }
        return features;
    }

    private void add(String name, ValueType type, Function<Facts, @Nullable FeatureValue> value) {
        names.put(name, new Name(type, value));
    }

    /** Those that are there whatever an expression says. */
    Map<String, Name> all() {
        return names;
    }

    /** What a path of an expression begins with: {@code request.city} of {@code request.city.startsWith}; empty where that is no name. */
    Optional<Map.Entry<String, Name>> find(String path) {
        Matcher feature = FEATURE.matcher(path);
        if (feature.lookingAt()) {
            String view = feature.group(1);
            String name = feature.group(2);
            return Optional.of(
                    Map.entry(feature.group(), new Name(ValueType.DOUBLE, facts -> feature(facts, view, name))));
        }
        return names.entrySet().stream()
                .filter(known -> path.equals(known.getKey()) || path.startsWith(known.getKey() + "."))
                .max((one, other) ->
                        Integer.compare(one.getKey().length(), other.getKey().length()));
    }

    /** Whether a reference, {@code view:feature} or {@code view@v1:feature}, is that of a feature's name here. */
    static boolean isNamed(String reference, String view, String feature) {
        return reference.length() > view.length()
                && reference.startsWith(view)
                && (reference.charAt(view.length()) == ':' || reference.charAt(view.length()) == '@')
                && reference.endsWith(feature)
                && reference.charAt(reference.length() - feature.length() - 1) == ':';
    }

    private static @Nullable FeatureValue feature(Facts facts, String view, String feature) {
        for (Map.Entry<String, Object> each : facts.score().features().entrySet()) {
            if (isNamed(each.getKey(), view, feature)) {
                return number(each.getValue());
            }
        }
        return null;
    }

    private static @Nullable FeatureValue number(@Nullable Object value) {
        return switch (value) {
            case Double real -> real(real);
            case Long whole -> real(whole);
            case Boolean flag -> real(flag ? 1 : 0);
            case null, default -> null;
        };
    }

    private static @Nullable FeatureValue chosen(Facts facts, Function<Choice, String> name) {
        return text(facts.batch().choice(facts.at()).map(name).orElse(null));
    }

    private static @Nullable FeatureValue text(@Nullable Object value) {
        return value == null ? null : new FeatureValue.Text(value.toString());
    }

    private static @Nullable FeatureValue typed(@Nullable Object value, @Nullable FieldType type) {
        return switch (value) {
            case Boolean flag when type == FieldType.BOOL -> new FeatureValue.Bool(flag);
            case Long whole when type == FieldType.INT64 -> new FeatureValue.Int(whole);
            case String text when type == FieldType.STRING -> new FeatureValue.Text(text);
            case Long whole when type == FieldType.DOUBLE -> real(whole);
            case Double real when type == FieldType.DOUBLE -> real(real);
            case null, default -> null;
        };
    }

    private static FeatureValue real(double value) {
        return new FeatureValue.Real(value);
    }

    private static ValueType type(@Nullable FieldType type) {
        return switch (type) {
            case BOOL -> ValueType.BOOL;
            case INT64 -> ValueType.INT64;
            case STRING -> ValueType.STRING;
            case DOUBLE -> ValueType.DOUBLE;
            case null -> throw new IllegalArgumentException("a request field has a type");
        };
    }
}
