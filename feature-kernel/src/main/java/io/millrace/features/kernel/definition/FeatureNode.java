package io.millrace.features.kernel.definition;

import io.millrace.definitions.MapNode;
import io.millrace.features.kernel.FeatureView.Computation;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.FeatureView.Feature;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.VectorMetric;
import java.util.List;
import java.util.Optional;

/** Reads one feature of a view. */
final class FeatureNode {
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
                ? Optional.of(node.string("field", DocumentHead.PATH, DocumentHead.PATH_EXPECTATION))
                        .filter(text -> !text.isEmpty())
                : Optional.empty();
        return node.has("aggregate") ? new AggregateNode(node, name, fields).read(type, field) : latest(type, field);
    }

    private Optional<Feature> latest(Optional<ValueType> type, Optional<String> field) {
        for (String key : List.of("window", "hop", "where", "q", "k", "categories", "of")) {
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

    private void wrongType(ValueType declared, ValueType actual, String what) {
        node.fault("type", "'type' is " + declared.word() + ", but " + what + " is " + actual.word());
    }
}
