package io.millrace.features.kernel.definition;

import io.millrace.definitions.MapNode;
import io.millrace.features.kernel.Entity;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Computation;
import io.millrace.features.kernel.FeatureView.Contract;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.FeatureView.Feature;
import io.millrace.features.kernel.FeatureView.JoinKey;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.window.Levels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads one document into a view. */
final class ViewDocument {
    static final Duration DEFAULT_RETENTION = Duration.ofDays(1);
    static final Duration LONGEST_RETENTION = Duration.ofDays(400);
    static final Duration LONGEST_TTL = Duration.ofDays(36_500);
    static final Duration LONGEST_LATENESS = Duration.ofDays(400);
    static final int MOST_FEATURES = 1_000;

    private static final Pattern CONTRACT = Pattern.compile("[^\\s/]{1,128}");

    private final MapNode document;
    private final String text;
    private final Map<String, Entity> entities;
    private final SchemaFiles schemas;

    ViewDocument(MapNode document, String text, Map<String, Entity> entities, SchemaFiles schemas) {
        this.document = document;
        this.text = text;
        this.entities = entities;
        this.schemas = schemas;
    }

    /** The view; empty where a fault was added. */
    Optional<FeatureView> read() {
        int faultsBefore = document.faults().all().size();
        DocumentHead head = DocumentHead.read(document, DocumentHead.Versioned.ALWAYS);
        Optional<JoinKeyNodes.OfView> entity = JoinKeyNodes.ofView(document, entities);
        List<JoinKey> joinKeys = entity.map(JoinKeyNodes.OfView::joinKeys).orElse(List.of());
        Optional<Source> source = map(document, "source").flatMap(node -> new SourceNode(node, schemas).read());
        Optional<Contract> contract = document.optionalMap("contract").map(ViewDocument::contract);
        Optional<Duration> ttl = positive("ttl", LONGEST_TTL, "; leave it out for values that never expire");
        Duration retention = positive("retention", LONGEST_RETENTION, "").orElse(DEFAULT_RETENTION);
        Optional<Duration> lateness = lateness(source);
        var fields = new FieldTypes(document, joinKeys);
        List<Feature> features = features(joinKeys, fields);
        List<EventField> used = fields.used();
        if (source.isPresent() && source.get() instanceof Source.Topic topic) {
            document.optionalMap("source").ifPresent(node -> FormatNode.check(node, topic, joinKeys, used));
        }
        document.refuseUnknownKeys();
        if (document.faults().all().size() > faultsBefore || source.isEmpty() || entity.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new FeatureView(
                new ViewId(head.name(), head.version()),
                head.description(),
                head.owner(),
                head.tags(),
                entity.get().entity(),
                joinKeys,
                source.get(),
                contract,
                used,
                features,
                ttl,
                retention,
                lateness,
                SchemaFiles.kept(text, source.get())));
    }

    private static Optional<MapNode> map(MapNode node, String key) {
        if (!node.has(key)) {
            node.fault(key, "'" + key + "' is missing: expected a map");
        }
        return node.optionalMap(key);
    }

    private static Contract contract(MapNode node) {
        var contract = new Contract(
                node.string("domain", CONTRACT, "the domain of a data product"),
                node.string("name", CONTRACT, "the name of a data product"));
        node.refuseUnknownKeys();
        return contract;
    }

    private Optional<Duration> lateness(Optional<Source> source) {
        Optional<Duration> lateness = document.optionalDuration("allowed-lateness");
        lateness.filter(d -> d.isNegative() || d.getNano() % 1_000 != 0 || d.compareTo(LONGEST_LATENESS) > 0)
                .ifPresent(_ -> document.fault(
                        "allowed-lateness",
                        "'allowed-lateness' must be 0s or more, whole microseconds and at most "
                                + LONGEST_LATENESS.toDays() + "d"));
        if (lateness.isPresent() && source.isPresent() && !(source.get() instanceof Source.Topic)) {
            document.fault("allowed-lateness", "'allowed-lateness' has a meaning for the events of a topic only");
        }
        return lateness;
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
        List<MapNode> nodes = FeatureLists.maps(document, MOST_FEATURES);
        var features = new ArrayList<Feature>();
        Set<String> names = new HashSet<>();
        for (MapNode node : nodes) {
            String name = FeatureLists.name(node, names);
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
            if (feature.computation() instanceof Computation.Aggregated aggregated && !aggregated.isUnbounded()) {
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
