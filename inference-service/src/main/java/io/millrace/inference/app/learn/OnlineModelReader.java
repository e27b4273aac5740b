package io.millrace.inference.app.learn;

import io.millrace.definitions.MapNode;
import io.millrace.definitions.NearestName;
import io.millrace.inference.app.ModelColumns;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import io.millrace.inference.domain.learn.Algorithm;
import io.millrace.inference.domain.learn.OnlineModel;
import io.millrace.inference.domain.learn.OnlineModel.Column;
import io.millrace.inference.domain.learn.OnlineModel.OnDrift;
import io.millrace.inference.domain.learn.OnlineModel.Snapshots;
import io.millrace.models.kernel.learn.FeatureSpace;
import io.millrace.models.kernel.learn.FeatureSpace.Interaction;
import io.millrace.models.kernel.learn.GuardSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Reads {@code kind: OnlineModel} definitions; the format stands in docs/learning.md. */
final class OnlineModelReader {
    static final int MAX_COLUMNS = 500;

    /** Of all categories and interactions together: a state of some 24 MB with FTRL. */
    static final int MAX_SLOTS = 1 << 20;

    private static final int MAX_KEPT = 1_000;
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");
    private static final String WORD = "lower-case letters, digits and '-', a letter first, at most 63";
    private static final OnlineModel.Snapshots SNAPSHOTS = new Snapshots(1_000, OnDrift.ADWIN, 5);

    private OnlineModelReader() {}

    static OnlineModel read(MapNode root, String yaml) {
        String name = root.string("name", NAME, WORD);
        String labels = root.string("labels", NAME, WORD);
        List<Column> columns = columns(root);
        boolean categories = columns.stream().anyMatch(Column::isCategory);
        boolean ofNumbers = "linear-regression"
                .equals(root.optionalMap("learner")
                        .flatMap(node -> node.optionalString("algorithm"))
                        .orElse(""));
        GuardSettings guard = guard(root, ofNumbers);
        Algorithm algorithm = root.optionalMap("learner")
                .map(node -> LearnerNode.read(node, categories, guard))
                .orElseGet(() -> {
                    if (!root.has("learner")) {
                        root.fault("learner", "'learner' is missing: expected {algorithm: …}");
                    }
                    return LearnerNode.NOTHING;
                });
        List<Interaction> interactions = interactions(root, columns);
        long seed = root.optionalLong("seed").orElse(1L);
        Snapshots snapshots =
                root.optionalMap("snapshot").map(OnlineModelReader::snapshots).orElse(SNAPSHOTS);
        root.refuseUnknownKeys();
        var model = new OnlineModel(name, labels, algorithm, columns, interactions, seed, snapshots, guard, yaml);
        bound(root, model);
        return model;
    }

    private static List<Column> columns(MapNode root) {
        var columns = new ArrayList<Column>();
        var names = new HashSet<String>();
        for (MapNode node : root.maps("columns")) {
            OptionalInt bits = OptionalInt.empty();
            if (node.has("category")) {
                bits = OptionalInt.of(node.optionalMap("category")
                        .map(OnlineModelReader::bits)
                        .orElse(1));
            }
            var column = new Column(
                    ModelColumns.read(node, bits.isPresent() ? TensorType.STRING : TensorType.FLOAT64), bits);
            if (!column.name().isEmpty() && !names.add(column.name())) {
                node.fault(node.has("request") ? "request" : "feature", "'" + column.name() + "' stands twice");
            }
            columns.add(column);
        }
        if (columns.isEmpty()) {
            root.fault("columns", "'columns' must list at least one column");
        } else if (columns.size() > MAX_COLUMNS) {
            root.fault("columns", "at most " + MAX_COLUMNS + " columns, were " + columns.size());
        }
        return columns;
    }

    private static int bits(MapNode node) {
        long bits = node.optionalLong("bits").orElse(12L);
        node.refuseUnknownKeys();
        if (bits >= 1 && bits <= FeatureSpace.MOST_BITS) {
            return (int) bits;
        }
        node.fault("bits", "'bits' must be 1 to " + FeatureSpace.MOST_BITS + ", was " + bits);
        return 1;
    }

    private static List<Interaction> interactions(MapNode root, List<Column> columns) {
        var interactions = new ArrayList<Interaction>();
        List<String> names = columns.stream().map(Column::name).toList();
        if (!root.has("interactions")) {
            return interactions;
        }
        if (!(root.plain("interactions") instanceof List<?> pairs)) {
            root.fault("interactions", "'interactions' must be a list of pairs of columns, such as [[a, b]]");
            return interactions;
        }
        for (Object each : pairs) {
            if (each instanceof List<?> pair
                    && pair.size() == 2
                    && pair.get(0) instanceof String left
                    && pair.get(1) instanceof String right) {
                for (String side : List.of(left, right)) {
                    if (!names.contains(side)) {
                        root.fault(
                                "interactions",
                                "'" + side + "' is no column" + NearestName.hint(side, names) + "; columns: " + names);
                    }
                }
                interactions.add(new Interaction(left, right));
            } else {
                root.fault("interactions", "an interaction is a pair of columns, was " + each);
            }
        }
        return interactions;
    }

    private static Snapshots snapshots(MapNode node) {
        long every = node.optionalLong("every").orElse(SNAPSHOTS.every());
        if (every < 0) {
            node.fault("every", "'every' must be a number of labels, 0 for never, was " + every);
        }
        OnDrift onDrift = node.optionalChoice(
                        "on-drift",
                        Map.of(
                                "true", OnDrift.ADWIN,
                                "adwin", OnDrift.ADWIN,
                                "page-hinkley", OnDrift.PAGE_HINKLEY,
                                "false", OnDrift.NEVER))
                .orElse(SNAPSHOTS.onDrift());
        long keep = node.optionalLong("keep").orElse((long) SNAPSHOTS.keep());
        if (keep < 1 || keep > MAX_KEPT) {
            node.fault("keep", "'keep' must be 1 to " + MAX_KEPT + ", was " + keep);
        }
        node.refuseUnknownKeys();
        return new Snapshots(Math.max(0, every), onDrift, (int) Math.clamp(keep, 1, MAX_KEPT));
    }

    private static GuardSettings guard(MapNode root, boolean ofNumbers) {
        GuardSettings usual = ofNumbers ? GuardSettings.ofNumbers(0, 1) : GuardSettings.OF_CLASSES;
        Optional<MapNode> there = root.optionalMap("guard");
        if (ofNumbers
                && !(there.isPresent()
                        && there.get().has("lowest")
                        && there.get().has("highest"))) {
            root.fault("guard", "a regression needs 'lowest' and 'highest' of its labels in 'guard'");
        }
        return there.map(node -> {
                    GuardSettings read = LearnerNode.made(
                            node,
                            usual,
                            () -> new GuardSettings(
                                    LearnerNode.whole(node, "window", usual.window()),
                                    node.optionalDouble("share-of-source").orElse(usual.sourceShare()),
                                    node.optionalDouble("loss-tolerance").orElse(usual.lossTolerance()),
                                    node.optionalDouble("share-tolerance").orElse(usual.shareTolerance()),
                                    node.optionalDouble("false-alarm").orElse(usual.falseAlarm()),
                                    ofNumbers ? node.optionalDouble("lowest").orElse(0.0) : 0,
                                    ofNumbers ? node.optionalDouble("highest").orElse(1.0) : 1));
                    node.refuseUnknownKeys();
                    return read;
                })
                .orElse(usual);
    }

    /** What all columns take together. */
    private static void bound(MapNode root, OnlineModel model) {
        if (!root.faults().isEmpty()) {
            return;
        }
        try {
            int slots = model.space().slots();
            if (slots > MAX_SLOTS) {
                root.fault(
                        "columns",
                        "categories and interactions have " + slots + " slots together, at most " + MAX_SLOTS
                                + ": declare fewer bits");
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            root.fault("columns", String.valueOf(e.getMessage()));
        }
    }
}
