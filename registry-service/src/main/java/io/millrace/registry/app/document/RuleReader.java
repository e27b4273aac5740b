package io.millrace.registry.app.document;

import io.millrace.registry.domain.Condition;
import io.millrace.registry.domain.QualityRule;
import io.millrace.registry.domain.QualityRule.Metric;
import io.millrace.registry.domain.TextPattern;
import io.millrace.registry.domain.validation.Values;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads quality rules and checks what a shape cannot: exactly one operator, arguments that the metric needs, columns that exist. */
final class RuleReader {
    private final DocumentFaults faults;
    private final List<String> columns;
    private final boolean wholeTable;

    /**
     * @param columns names of the table's columns
     * @param wholeTable whether the rules stand at the table and not at a column
     */
    RuleReader(DocumentFaults faults, List<String> columns, boolean wholeTable) {
        this.faults = faults;
        this.columns = columns;
        this.wholeTable = wholeTable;
    }

    List<QualityRule> read(At owner) {
        var rules = new ArrayList<QualityRule>();
        owner.maps("quality", this::rule).forEach(rule -> rule.ifPresent(rules::add));
        return rules;
    }

    private Optional<QualityRule> rule(At at) {
        String type = at.text("type").orElse("library");
        String name = at.text("name").or(() -> at.text("id")).orElse("");
        return switch (type) {
            case "text" ->
                Optional.of(new QualityRule.Unchecked(label(name, "text rule"), "a text is for people to read"));
            case "custom" ->
                Optional.of(new QualityRule.Unchecked(
                        label(name, "custom rule"),
                        "only the engine '" + at.text("engine").orElse("?") + "' can check it"));
            case "sql" -> sql(at, label(name, "sql rule"));
            default -> library(at, name);
        };
    }

    private Optional<QualityRule> sql(At at, String label) {
        Optional<String> operator = operator(at);
        Optional<String> query = at.text("query");
        if (operator.isEmpty() || query.isEmpty()) {
            return Optional.empty();
        }
        Optional<Condition> condition = condition(at, operator.get());
        return condition.isPresent()
                ? Optional.of(new QualityRule.Sql(label, query.get(), condition.get()))
                : Optional.of(
                        new QualityRule.Unchecked(label, "the answer is compared with something that is no number"));
    }

    private Optional<QualityRule> library(At at, String name) {
        Optional<String> operator = operator(at);
        Optional<Metric> metric = at.text("metric").flatMap(key -> Arrays.stream(Metric.values())
                .filter(known -> known.key().equals(key))
                .findFirst());
        if (metric.isEmpty() || operator.isEmpty()) {
            return Optional.empty();
        }
        Optional<Condition> condition = condition(at, operator.get());
        if (condition.isEmpty()) {
            return Optional.empty();
        }
        At arguments = at.map("arguments");
        checkPlace(at, metric.get());
        var unchecked = new ArrayList<QualityRule>();
        Optional<TextPattern> pattern =
                arguments.text("pattern").flatMap(source -> pattern(arguments, source, name, unchecked));
        if (!unchecked.isEmpty()) {
            return Optional.of(unchecked.getFirst());
        }
        List<Object> valid = arguments.plains("validValues").stream()
                .filter(Objects::nonNull)
                .map(Object.class::cast)
                .toList();
        if (metric.get() == Metric.INVALID_VALUES && valid.isEmpty() && pattern.isEmpty()) {
            fault(at, "arguments", "invalidValues needs arguments.validValues or arguments.pattern");
        }
        return Optional.of(new QualityRule.Library(
                label(name, metric.get().key()),
                metric.get(),
                condition.get(),
                isPercent(at, metric.get()),
                arguments.plains("missingValues"),
                valid,
                pattern,
                together(arguments, metric.get())));
    }

    private void checkPlace(At at, Metric metric) {
        if (wholeTable && (metric == Metric.MISSING_VALUES || metric == Metric.INVALID_VALUES)) {
            fault(at, "metric", metric.key() + " belongs to a property, not to the whole schema object");
        }
    }

    private boolean isPercent(At at, Metric metric) {
        String unit = at.text("unit").orElse("rows");
        boolean percent = "percent".equals(unit) || "%".equals(unit);
        if (!percent && !"rows".equals(unit)) {
            fault(at, "unit", "the unit of a library rule is rows or percent, was '" + ShapeCheck.shorten(unit) + "'");
        }
        if (percent && metric == Metric.ROW_COUNT) {
            fault(at, "unit", "rowCount has no percentage");
        }
        return percent;
    }

    /** The columns of a table's duplicateValues; all that are declared where none is named. */
    private List<String> together(At arguments, Metric metric) {
        if (!wholeTable || metric != Metric.DUPLICATE_VALUES) {
            return List.of();
        }
        List<String> named = arguments.texts("properties");
        for (String column : named) {
            if (!columns.contains(column)) {
                fault(arguments, "properties", "there is no property '" + ShapeCheck.shorten(column) + "'");
            }
        }
        return named.isEmpty() ? columns : named;
    }

    private Optional<TextPattern> pattern(At arguments, String source, String name, List<QualityRule> unchecked) {
        return switch (Patterns.compile(source)) {
            case Patterns.Outcome.Usable usable -> Optional.of(usable.pattern());
            case Patterns.Outcome.NotChecked notChecked -> {
                unchecked.add(new QualityRule.Unchecked(label(name, "invalidValues"), notChecked.why()));
                yield Optional.empty();
            }
            case Patterns.Outcome.Faulty faulty -> {
                fault(arguments, "pattern", faulty.why());
                yield Optional.empty();
            }
        };
    }

    /** The rule's only operator. */
    private Optional<String> operator(At at) {
        List<String> present = Arrays.stream(Condition.Operator.values())
                .map(Condition.Operator::key)
                .filter(key -> at.map().entries().containsKey(key))
                .toList();
        if (present.size() == 1) {
            return Optional.of(present.getFirst());
        }
        String all = Arrays.stream(Condition.Operator.values())
                .map(Condition.Operator::key)
                .collect(Collectors.joining(", "));
        String message = present.isEmpty()
                ? "a rule needs one operator: " + all
                : "a rule has exactly one operator, this has " + String.join(", ", present);
        faults.add(at.path(), at.map().place(), message);
        return Optional.empty();
    }

    private Optional<Condition> condition(At at, String key) {
        Condition.Operator operator = Arrays.stream(Condition.Operator.values())
                .filter(known -> known.key().equals(key))
                .findFirst()
                .orElseThrow();
        if (!operator.isRange()) {
            return at.number(key).map(bound -> new Condition(operator, Values.decimal(bound)));
        }
        List<BigDecimal> bounds = at.items(key).stream()
                .map(item -> Values.decimal((Number) Objects.requireNonNull(item.plain())))
                .toList();
        if (bounds.size() != 2) {
            return Optional.empty();
        }
        if (bounds.get(0).compareTo(bounds.get(1)) > 0) {
            fault(at, key, "the smaller number stands first");
        }
        return Optional.of(new Condition(operator, bounds.get(0), bounds.get(1)));
    }

    private void fault(At at, String key, String message) {
        faults.add(at.pathOf(key), at.placeOf(key), message);
    }

    private static String label(String name, String otherwise) {
        return name.isEmpty() ? otherwise : name;
    }
}
