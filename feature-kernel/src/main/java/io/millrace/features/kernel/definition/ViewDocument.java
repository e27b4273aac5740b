package io.millrace.features.kernel.definition;

import io.millrace.definitions.MapNode;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Computation;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.FeatureView.Feature;
import io.millrace.features.kernel.FeatureView.JoinKey;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.FeatureView.TimeUnitOfField;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.window.Levels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads one document into a view. */
final class ViewDocument {
    static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,127}");
    static final String NAME_EXPECTATION = "lower-case letters, digits and '_', a letter first, at most 128 in all";
    static final Pattern FIELD = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
    static final String FIELD_EXPECTATION = "letters, digits and '_', no digit first, at most 128 in all";

    private static final Pattern VERSION = Pattern.compile("v[1-9][0-9]{0,8}");
    private static final Pattern TOPIC = Pattern.compile("(?!\\.{1,2}$)[a-zA-Z0-9._-]{1,249}");
    private static final Duration DEFAULT_RETENTION = Duration.ofDays(1);
    private static final Duration LONGEST_RETENTION = Duration.ofDays(400);
    private static final Duration LONGEST_TTL = Duration.ofDays(36_500);
    private static final int MOST_FEATURES = 1_000;

    private final MapNode document;
    private final String text;

    ViewDocument(MapNode document, String text) {
        this.document = document;
        this.text = text;
    }

    /** The view; empty where a fault was added. */
    Optional<FeatureView> read() {
        int faultsBefore = document.faults().all().size();
        String name = document.string("name", NAME, NAME_EXPECTATION);
        String version = document.string("version", VERSION, "v and a number from 1, such as v1");
        String description = document.optionalString("description").orElse("");
        String owner = document.optionalString("owner").orElse("");
        Optional<MapNode> entity = map(document, "entity");
        String entityName =
                entity.map(node -> node.string("name", NAME, NAME_EXPECTATION)).orElse("");
        List<JoinKey> joinKeys = entity.map(this::joinKeys).orElse(List.of());
        Optional<Source> source = map(document, "source").flatMap(this::source);
        Optional<Duration> ttl = positive("ttl", LONGEST_TTL, "; leave it out for values that never expire");
        Duration retention = positive("retention", LONGEST_RETENTION, "").orElse(DEFAULT_RETENTION);
        var fields = new FieldTypes(document, joinKeys);
        List<Feature> features = features(joinKeys, fields);
        List<EventField> used = fields.used();
        document.refuseUnknownKeys();
        if (document.faults().all().size() > faultsBefore || source.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new FeatureView(
                new ViewId(name, version),
                description,
                owner,
                entityName,
                joinKeys,
                source.get(),
                used,
                features,
                ttl,
                retention,
                text));
    }

    private static Optional<MapNode> map(MapNode node, String key) {
        if (!node.has(key)) {
            node.fault(key, "'" + key + "' is missing: expected a map");
        }
        return node.optionalMap(key);
    }

    private List<JoinKey> joinKeys(MapNode entity) {
        var keys = new ArrayList<JoinKey>();
        Set<String> names = new HashSet<>();
        for (MapNode node : entity.maps("join_keys")) {
            String name = node.string("name", NAME, NAME_EXPECTATION);
            Optional<ValueType> type = node.optionalChoice("type", ValueType.words());
            if (!node.has("type")) {
                node.fault("type", "'type' is missing: expected one of bool, int64, string, bytes, timestamp");
            }
            if (type.filter(of -> !of.isScalar()).isPresent()) {
                node.fault("type", "a join key must be one of bool, int64, string, bytes, timestamp");
            }
            if (type.filter(ValueType.DOUBLE::equals).isPresent()) {
                node.fault("type", "a join key cannot be a double: equal numbers would be different entities");
            }
            String field = node.has("field") ? node.string("field", FIELD, FIELD_EXPECTATION) : name;
            if (!name.isEmpty() && !names.add(name)) {
                node.fault("name", "join key '" + name + "' stands twice");
            }
            node.refuseUnknownKeys();
            keys.add(new JoinKey(name, type.orElse(ValueType.STRING), field));
        }
        if (keys.isEmpty()) {
            entity.fault("join_keys", "'join_keys' must have at least one join key");
        }
        entity.refuseUnknownKeys();
        return keys;
    }

    private Optional<Source> source(MapNode node) {
        boolean push = node.optionalBoolean("push").orElse(false);
        if (push == node.has("topic")) {
            node.fault(push ? "push" : "topic", "'source' must have a 'topic' or 'push: true', and not both");
        }
        Optional<Source> source = push ? Optional.of(new Source.Push()) : topic(node);
        if (push) {
            for (String key : List.of("timestamp", "format")) {
                if (node.has(key)) {
                    node.fault(key, "'" + key + "' has no meaning where rows are pushed");
                }
            }
        }
        node.refuseUnknownKeys();
        return source;
    }

    private static Optional<Source> topic(MapNode node) {
        String topic = node.has("topic") ? node.string("topic", TOPIC, "the name of a Kafka topic") : "";
        node.optionalString("format")
                .filter(format -> !format.equals("json"))
                .ifPresent(format -> node.fault("format", "'format' must be json, was '" + format + "'"));
        return map(node, "timestamp").map(timestamp -> {
            String field = timestamp.string("field", FIELD, FIELD_EXPECTATION);
            TimeUnitOfField unit =
                    timestamp.optionalEnum("unit", TimeUnitOfField.class).orElse(TimeUnitOfField.RFC3339);
            timestamp.refuseUnknownKeys();
            return new Source.Topic(topic, field, unit);
        });
    }

    private Optional<Duration> positive(String key, Duration longest, String hint) {
        Optional<Duration> duration = document.optionalDuration(key);
        duration.filter(d -> !d.isPositive() || d.getNano() % 1_000 != 0 || d.compareTo(longest) > 0)
                .ifPresent(d -> document.fault(
                        key,
                        "'" + key + "' must be positive, whole microseconds and at most " + longest.toDays() + "d"
                                + hint));
        return duration;
    }

    private List<Feature> features(List<JoinKey> joinKeys, FieldTypes fields) {
        List<MapNode> nodes = document.maps("features");
        if (nodes.isEmpty() || nodes.size() > MOST_FEATURES) {
            document.fault(
                    "features", "'features' must have from 1 to " + MOST_FEATURES + " features, has " + nodes.size());
        }
        var features = new ArrayList<Feature>();
        Set<String> names = new HashSet<>();
        for (MapNode node : nodes) {
            String name = node.string("name", NAME, NAME_EXPECTATION);
            if (!name.isEmpty() && !names.add(name)) {
                node.fault("name", "feature '" + name + "' stands twice");
            }
            if (joinKeys.stream().anyMatch(key -> !name.isEmpty() && key.name().equals(name))) {
                node.fault("name", "feature '" + name + "' has the name of a join key");
            }
            new FeatureNode(node, name, fields).read().ifPresent(features::add);
            node.refuseUnknownKeys();
        }
        fields.compileConditions();
        refuseManyHops(features);
        return features;
    }

    private void refuseManyHops(List<Feature> features) {
        Set<Duration> hops = new HashSet<>();
        for (Feature feature : features) {
            if (feature.computation() instanceof Computation.Aggregated aggregated) {
                hops.add(aggregated.hop());
            }
        }
        if (hops.size() > Levels.MOST_HOPS) {
            document.fault(
                    "features",
                    "a view has at most " + Levels.MOST_HOPS + " different hops, this one has " + hops.size());
        }
    }
}
