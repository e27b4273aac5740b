package io.millrace.features.kernel.definition;

import io.millrace.definitions.MapNode;
import io.millrace.features.kernel.FeatureView.Aggregate;
import io.millrace.features.kernel.FeatureView.Computation.Aggregated;
import io.millrace.features.kernel.FeatureView.Feature;
import io.millrace.features.kernel.FeatureView.Parameters;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.definition.AggregateRule.FieldUse;
import io.millrace.features.kernel.definition.AggregateRule.Parameter;
import io.millrace.features.kernel.window.Hops;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads a feature that is folded over a window. */
final class AggregateNode {
    /** The word for a window of all events. */
    static final String UNBOUNDED = "unbounded";

    private static final int MOST_VALUES = 100;
    private static final int MOST_CATEGORIES = 10_000;
    private static final int DEFAULT_CATEGORIES = 1_000;
    private static final Map<String, Boolean> POPULATION = Map.of("sample", false, "population", true);

    private final MapNode node;
    private final String name;
    private final FieldTypes fields;

    AggregateNode(MapNode node, String name, FieldTypes fields) {
        this.node = node;
        this.name = name;
        this.fields = fields;
    }

    Optional<Feature> read(Optional<ValueType> type, Optional<String> field) {
        Optional<Aggregate> aggregate = node.optionalEnum("aggregate", Aggregate.class);
        Optional<Duration> window = window();
        Optional<Duration> hop = window.flatMap(this::hop);
        Optional<String> where = node.optionalString("where");
        where.ifPresent(expression -> fields.condition(node, expression));
        Optional<AggregateRule> rule = aggregate.map(AggregateRule::of);
        Optional<Parameters> parameters = rule.flatMap(of -> parameters(aggregate.get(), of));
        if (rule.isEmpty()) {
            List.of(Parameter.values()).forEach(parameter -> node.has(parameter.key()));
            return Optional.empty();
        }
        checkInput(aggregate.get(), rule.get(), field);
        if (type.isEmpty()) {
            return Optional.empty();
        }
        checkTypes(aggregate.get(), rule.get(), type.get(), field);
        if (window.isEmpty() || hop.isEmpty() || parameters.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Feature(
                name,
                type.get(),
                new Aggregated(aggregate.get(), field, where, window.get(), hop.get(), parameters.get())));
    }

    private Optional<Duration> window() {
        if (!node.has("window")) {
            node.fault("window", "'window' is missing: expected a duration such as 3h, or " + UNBOUNDED);
            return Optional.empty();
        }
        if (node.plain("window") instanceof String text && text.strip().equals(UNBOUNDED)) {
            return Optional.of(Aggregated.UNBOUNDED);
        }
        return node.optionalDuration("window").filter(window -> {
            Optional<String> fault = Hops.faultOfWindow(window);
            fault.ifPresent(
                    message -> node.fault("window", "'window' " + message + ", or " + UNBOUNDED + was("window")));
            return fault.isEmpty();
        });
    }

    private Optional<Duration> hop(Duration window) {
        boolean unbounded = window.equals(Aggregated.UNBOUNDED);
        if (!node.has("hop")) {
            return Optional.of(unbounded ? Duration.ZERO : Hops.defaultFor(window));
        }
        if (unbounded) {
            node.fault("hop", "'hop' has no meaning for an unbounded window: it has no tail");
            return Optional.empty();
        }
        return node.optionalDuration("hop").filter(hop -> {
            Optional<String> fault = Hops.faultOfHop(hop, window);
            fault.ifPresent(message -> node.fault("hop", "'hop' " + message + was("hop")));
            return fault.isEmpty();
        });
    }

    private void checkInput(Aggregate aggregate, AggregateRule rule, Optional<String> field) {
        if (rule.field() == FieldUse.NONE) {
            if (!node.has("where")) {
                node.fault("where", "a rate needs 'where': it is the share of the window's events that meet it");
            }
            if (field.isPresent()) {
                node.fault("field", "a rate has no 'field'");
            }
        }
        if (rule.field() == FieldUse.NEEDED && !node.has("field")) {
            node.fault("field", "'field' is missing: " + lower(aggregate) + " needs the field that it folds");
        }
    }

    private void checkTypes(Aggregate aggregate, AggregateRule rule, ValueType type, Optional<String> field) {
        Optional<ValueType> input = field.filter(_ -> rule.field() != FieldUse.NONE)
                .flatMap(named -> fields.of(node, named, rule.inferredInput(type)));
        if (input.isPresent() && !rule.inputs().contains(input.get())) {
            node.fault(
                    "field",
                    lower(aggregate) + " folds "
                            + rule.inputs().stream().map(ValueType::word).toList() + ", the field is "
                            + input.get().word());
            return;
        }
        boolean many = rule.parameters().contains(Parameter.Q) && node.plain(Parameter.Q.key()) instanceof List<?>;
        rule.outputOf(input, many)
                .filter(output -> output != type)
                .ifPresent(output -> node.fault(
                        "type",
                        "'type' is " + type.word() + ", but " + rule.described(aggregate) + " is " + output.word()));
    }

    /** The parameters of this aggregate; empty where one is missing or wrong. */
    private Optional<Parameters> parameters(Aggregate aggregate, AggregateRule rule) {
        int faults = node.faults().all().size();
        for (Parameter parameter : Parameter.values()) {
            if (node.has(parameter.key()) && !rule.parameters().contains(parameter)) {
                node.fault(
                        parameter.key(),
                        "'" + parameter.key() + "' has no meaning for 'aggregate: " + lower(aggregate) + "'");
            }
        }
        List<Double> quantiles = rule.parameters().contains(Parameter.Q) ? quantiles() : List.of();
        int k = rule.parameters().contains(Parameter.K) ? number(Parameter.K, MOST_VALUES, Optional.empty()) : 0;
        int categories = rule.parameters().contains(Parameter.CATEGORIES)
                ? number(Parameter.CATEGORIES, MOST_CATEGORIES, Optional.of(DEFAULT_CATEGORIES))
                : 0;
        boolean population = rule.parameters().contains(Parameter.OF)
                && node.optionalChoice(Parameter.OF.key(), POPULATION).orElse(false);
        return node.faults().all().size() > faults
                ? Optional.empty()
                : Optional.of(new Parameters(quantiles, k, categories, population));
    }

    private List<Double> quantiles() {
        String key = Parameter.Q.key();
        var quantiles = new ArrayList<Double>();
        boolean wrong = false;
        for (String text : node.strings(key)) {
            Optional<Double> quantile = quantile(text);
            quantile.ifPresent(quantiles::add);
            wrong |= quantile.isEmpty();
        }
        if (wrong || quantiles.isEmpty() || quantiles.size() > MOST_VALUES) {
            node.fault(key, "'" + key + "' must be " + Parameter.Q.bounds() + was(key));
        }
        return quantiles;
    }

    private static Optional<Double> quantile(String text) {
        try {
            double quantile = Double.parseDouble(text);
            return quantile >= 0 && quantile <= 1 ? Optional.of(quantile) : Optional.empty();
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }

    private int number(Parameter parameter, int most, Optional<Integer> preset) {
        if (!node.has(parameter.key()) && preset.isPresent()) {
            return preset.get();
        }
        long number = node.optionalLong(parameter.key()).orElse(0L);
        if (number < 1 || number > most) {
            node.fault(
                    parameter.key(), "'" + parameter.key() + "' must be " + parameter.bounds() + was(parameter.key()));
            return 0;
        }
        return (int) number;
    }

    private String was(String key) {
        return node.has(key) ? ", was " + node.plain(key) : "";
    }

    private static String lower(Aggregate aggregate) {
        return aggregate.name().toLowerCase(Locale.ROOT);
    }
}
