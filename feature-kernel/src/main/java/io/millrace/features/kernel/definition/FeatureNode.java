package io.millrace.features.kernel.definition;

import io.millrace.definitions.MapNode;
import io.millrace.features.kernel.FeatureView.Aggregate;
import io.millrace.features.kernel.FeatureView.Computation;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.FeatureView.Feature;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.VectorMetric;
import io.millrace.features.kernel.window.Hops;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads one feature of a view. */
final class FeatureNode {
    private static final Set<ValueType> ORDERED = EnumSet.of(ValueType.INT64, ValueType.DOUBLE, ValueType.TIMESTAMP);
    private static final Set<ValueType> NUMBERS = EnumSet.of(ValueType.INT64, ValueType.DOUBLE);

    private final MapNode node;
    private final String name;
    private final FieldTypes fields;

    FeatureNode(MapNode node, String name, FieldTypes fields) {
        this.node = node;
        this.name = name;
        this.fields = fields;
    }

    Optional<Feature> read() {
        if (!node.has("type")) {
            node.fault(
                    "type",
                    "'type' is missing: expected one of "
                            + String.join(", ", ValueType.words().keySet()));
        }
        Optional<ValueType> type = node.optionalChoice("type", ValueType.words());
        Optional<String> field = node.has("field")
                ? Optional.of(node.string("field", DocumentHead.FIELD, DocumentHead.FIELD_EXPECTATION))
                        .filter(text -> !text.isEmpty())
                : Optional.empty();
        if (!node.has("aggregate")) {
            return latest(type, field);
        }
        Optional<Aggregate> aggregate = node.optionalEnum("aggregate", Aggregate.class);
        Optional<Duration> window = window();
        Optional<Duration> hop = window.flatMap(this::hop);
        Optional<String> where = node.optionalString("where");
        where.ifPresent(expression -> fields.condition(node, expression));
        aggregate.ifPresent(fold -> checkInput(fold, field));
        if (type.isEmpty() || aggregate.isEmpty()) {
            return Optional.empty();
        }
        Optional<ValueType> fieldType = field.flatMap(named -> fieldType(named, aggregate.get(), type.get()));
        fieldType
                .filter(of -> !of.isScalar())
                .ifPresent(of -> node.fault("field", "no fold takes a field of " + of.word()));
        checkType(aggregate.get(), type.get(), fieldType);
        if (window.isEmpty() || hop.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Feature(
                name, type.get(), new Computation.Aggregated(aggregate.get(), field, where, window.get(), hop.get())));
    }

    private Optional<Feature> latest(Optional<ValueType> type, Optional<String> field) {
        for (String key : List.of("window", "hop", "where")) {
            if (node.has(key)) {
                node.fault(key, "'" + key + "' has no meaning without 'aggregate'");
            }
        }
        String of = field.orElse(name);
        if (type.isEmpty() || of.isEmpty()) {
            return Optional.empty();
        }
        fields.of(node, of, type)
                .filter(fieldType -> fieldType != type.get())
                .ifPresent(fieldType -> wrongType(type.get(), fieldType, "the newest value of '" + of + "'"));
        if (type.get() == ValueType.VECTOR) {
            return vector(of);
        }
        for (String key : List.of("dimension", "metric")) {
            if (node.has(key)) {
                node.fault(key, "'" + key + "' is for vectors");
            }
        }
        return FieldTypes.isOfEvents(node, "type", type.get())
                ? Optional.of(new Feature(name, type.get(), new Computation.Latest(of)))
                : Optional.empty();
    }

    private Optional<Feature> vector(String field) {
        if (!node.has("dimension")) {
            node.fault("dimension", "'dimension' is missing: how many elements the vector has");
        }
        Optional<Long> dimension = node.optionalLong("dimension").filter(of -> {
            boolean fits = of >= 1 && of <= EventField.MAX_DIMENSION;
            if (!fits) {
                node.fault("dimension", "'dimension' must be from 1 to " + EventField.MAX_DIMENSION + ", was " + of);
            }
            return fits;
        });
        dimension.ifPresent(of -> fields.dimension(node, field, Math.toIntExact(of)));
        VectorMetric metric = node.optionalEnum("metric", VectorMetric.class).orElse(VectorMetric.COSINE);
        return dimension.map(
                _ -> new Feature(name, ValueType.VECTOR, new Computation.Latest(field), Optional.of(metric)));
    }

    private Optional<Duration> window() {
        if (!node.has("window")) {
            node.fault("window", "'window' is missing: expected a duration such as 3h");
            return Optional.empty();
        }
        return node.optionalDuration("window").filter(window -> {
            Optional<String> fault = Hops.faultOfWindow(window);
            fault.ifPresent(message -> node.fault("window", "'window' " + message));
            return fault.isEmpty();
        });
    }

    private Optional<Duration> hop(Duration window) {
        if (!node.has("hop")) {
            return Optional.of(Hops.defaultFor(window));
        }
        return node.optionalDuration("hop").filter(hop -> {
            Optional<String> fault = Hops.faultOfHop(hop, window);
            fault.ifPresent(message -> node.fault("hop", "'hop' " + message));
            return fault.isEmpty();
        });
    }

    private void checkInput(Aggregate aggregate, Optional<String> field) {
        switch (aggregate) {
            case RATE -> {
                if (!node.has("where")) {
                    node.fault("where", "a rate needs 'where': it is the share of the window's events that meet it");
                }
                if (field.isPresent()) {
                    node.fault("field", "a rate has no 'field'");
                }
            }
            case SUM, MEAN, MIN, MAX, LAST -> {
                if (!node.has("field")) {
                    node.fault("field", "'field' is missing: " + lower(aggregate) + " needs the field that it folds");
                }
            }
            case COUNT -> {}
        }
    }

    private Optional<ValueType> fieldType(String field, Aggregate aggregate, ValueType type) {
        Optional<ValueType> inferred =
                switch (aggregate) {
                    case SUM, MIN, MAX, LAST -> Optional.of(type);
                    case MEAN -> Optional.of(ValueType.DOUBLE);
                    case COUNT, RATE -> Optional.empty();
                };
        return fields.of(node, field, inferred);
    }

    private void checkType(Aggregate aggregate, ValueType type, Optional<ValueType> fieldType) {
        switch (aggregate) {
            case COUNT -> {
                if (type != ValueType.INT64) {
                    wrongType(type, ValueType.INT64, "a count");
                }
            }
            case RATE -> {
                if (type != ValueType.DOUBLE) {
                    wrongType(type, ValueType.DOUBLE, "a rate");
                }
            }
            case MEAN -> {
                if (type != ValueType.DOUBLE) {
                    wrongType(type, ValueType.DOUBLE, "a mean");
                }
                requireOneOf(NUMBERS, aggregate, fieldType);
            }
            case SUM -> {
                requireOneOf(NUMBERS, aggregate, fieldType);
                fieldType.filter(of -> of != type).ifPresent(of -> wrongType(type, of, "the sum of such a field"));
            }
            case MIN, MAX -> {
                requireOneOf(ORDERED, aggregate, fieldType);
                fieldType
                        .filter(of -> of != type)
                        .ifPresent(of -> wrongType(type, of, "the " + lower(aggregate) + " of such a field"));
            }
            case LAST ->
                fieldType.filter(of -> of != type).ifPresent(of -> wrongType(type, of, "the last of such a field"));
        }
    }

    private void requireOneOf(Set<ValueType> allowed, Aggregate aggregate, Optional<ValueType> fieldType) {
        fieldType
                .filter(type -> !allowed.contains(type))
                .ifPresent(type -> node.fault(
                        "field",
                        lower(aggregate) + " folds "
                                + allowed.stream().map(ValueType::word).toList() + ", the field is " + type.word()));
    }

    private void wrongType(ValueType declared, ValueType actual, String what) {
        node.fault("type", "'type' is " + declared.word() + ", but " + what + " is " + actual.word());
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
