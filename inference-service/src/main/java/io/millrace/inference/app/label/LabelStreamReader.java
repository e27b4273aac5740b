package io.millrace.inference.app.label;

import io.millrace.definitions.MapNode;
import io.millrace.features.kernel.definition.SchemaFiles;
import io.millrace.inference.app.InputNode;
import io.millrace.inference.app.PipelineReader;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.inference.domain.label.LabelStream;
import io.millrace.inference.domain.label.LabelStream.Join;
import io.millrace.inference.domain.label.LabelStream.Task;
import io.millrace.inference.domain.label.LabelStream.Window;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.DoublePredicate;
import java.util.regex.Pattern;

/** Reads {@code kind: Labels}; the format stands in docs/labels.md. */
final class LabelStreamReader {
    static final Duration LONGEST = Duration.ofDays(90);
    private static final Duration SHORTEST_WINDOW = Duration.ofMinutes(1);
    private static final int MOST_WINDOWS = 8;
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");
    private static final String NAME_EXPECTATION = "lower-case letters, digits and '-', a letter first, at most 63";
    private static final List<String> DEFAULT_WINDOWS = List.of("1h", "24h", "7d");

    private LabelStreamReader() {}

    static LabelStream read(MapNode root, String yaml, SchemaFiles schemas) {
        String name = root.string("name", NAME, NAME_EXPECTATION);
        String pipeline = root.string("pipeline", NAME, "the name of a pipeline");
        var input = new InputNode(schemas);
        if (root.has("input")) {
            root.optionalMap("input").ifPresent(input::read);
            input.input().contract().ifPresent(_ -> root.fault("input", "labels keep no contract"));
        } else {
            root.fault("input", "'input' is missing: expected a map");
        }
        Task task = root.optionalMap("task").map(LabelStreamReader::task).orElse(new Task.Classification(0.5));
        Map<String, FieldType> fields = fields(root);
        String label = root.string("label");
        if (!label.isEmpty()) {
            String fault = LabelExpression.fault(label, fields, task);
            if (!fault.isEmpty()) {
                root.fault("label", "'label' " + fault);
            }
        }
        Join join = join(root);
        Duration delay = root.duration("delay");
        if (root.has("delay") && (!delay.isPositive() || delay.compareTo(LONGEST) > 0)) {
            root.fault("delay", "'delay' must be above zero and at most " + LONGEST.toDays() + "d");
        }
        String source =
                root.has("source") ? root.string("source", PipelineReader.FIELD, PipelineReader.FIELD_EXPECTATION) : "";
        List<Window> windows = windows(root);
        var used = new LinkedHashSet<>(fields.keySet());
        used.addAll(joined(join).values());
        used.add(source);
        input.checkFields(used);
        root.refuseUnknownKeys();
        return new LabelStream(
                name, pipeline, input.input(), label, fields, join, delay, source, task, windows, input.kept(yaml));
    }

    /** The event's fields that a join uses: of an entity by join key, of a key under no name. */
    static Map<String, String> joined(Join join) {
        return switch (join) {
            case Join.Key(String field) -> Map.of("", field);
            case Join.Entity(Map<String, String> fields) -> fields;
        };
    }

    private static Map<String, FieldType> fields(MapNode root) {
        var fields = new HashMap<String, FieldType>();
        root.optionalMap("fields").ifPresent(node -> {
            for (String field : node.keys()) {
                if (!node.has(field)) {
                    node.fault(field, "'" + field + "' needs a type: bool, int64, double or string");
                }
                node.optionalEnum(field, FieldType.class).ifPresent(type -> fields.put(field, type));
            }
        });
        return fields;
    }

    private static Join join(MapNode root) {
        var none = new Join.Key("");
        if (!root.has("join")) {
            root.fault("join", "'join' is missing: expected {key: field} or {entity: {join_key: field}}");
            return none;
        }
        MapNode node = root.optionalMap("join").orElse(null);
        if (node == null) {
            return none;
        }
        Join join;
        if (node.has("key") == node.has("entity")) {
            root.fault("join", "'join' must have either 'key' or 'entity'");
            node.optionalMap("entity");
            join = none;
        } else if (node.has("key")) {
            join = new Join.Key(node.string("key", PipelineReader.FIELD, PipelineReader.FIELD_EXPECTATION));
        } else {
            var entity = new LinkedHashMap<String, String>();
            node.optionalMap("entity").ifPresent(fields -> fields.keys()
                    .forEach(key -> entity.put(
                            key, fields.string(key, PipelineReader.FIELD, PipelineReader.FIELD_EXPECTATION))));
            if (entity.isEmpty()) {
                node.fault("entity", "'entity' must name at least one join key of the pipeline");
            }
            join = new Join.Entity(entity);
        }
        node.refuseUnknownKeys();
        return join;
    }

    private static Task task(MapNode node) {
        Task task = new Task.Classification(0.5);
        if (node.has("classification") == node.has("regression")) {
            node.faults().add(node.place(), "'task' must be either {classification: …} or {regression: …}");
        } else if (node.has("classification")) {
            task = new Task.Classification(
                    number(node, "classification", "threshold", share -> share >= 0 && share <= 1, "0 to 1"));
        } else {
            task = new Task.Regression(
                    number(node, "regression", "quantile", share -> share > 0 && share < 1, "above 0 and below 1"));
        }
        node.refuseUnknownKeys();
        return task;
    }

    private static double number(MapNode node, String key, String name, DoublePredicate fits, String bounds) {
        return node.optionalMap(key)
                .map(inner -> {
                    double number = inner.optionalDouble(name).orElse(0.5);
                    if (!fits.test(number)) {
                        inner.fault(name, "'" + name + "' must be " + bounds + ", was " + number);
                    }
                    inner.refuseUnknownKeys();
                    return number;
                })
                .orElse(0.5);
    }

    private static List<Window> windows(MapNode root) {
        List<String> written = root.has("windows") ? root.strings("windows") : DEFAULT_WINDOWS;
        var windows = new ArrayList<Window>();
        var lengths = new HashSet<Duration>();
        if (written.isEmpty() || written.size() > MOST_WINDOWS) {
            root.fault("windows", "expected 1 to " + MOST_WINDOWS + " windows");
        }
        for (String name : written) {
            Duration length = MapNode.parseDuration(name).orElse(Duration.ZERO);
            if (length.compareTo(SHORTEST_WINDOW) < 0 || length.compareTo(LONGEST) > 0) {
                root.fault("windows", "'" + name + "' must be a duration from 1m to " + LONGEST.toDays() + "d");
            } else if (!lengths.add(length)) {
                root.fault("windows", "'" + name + "' stands twice");
            } else {
                windows.add(new Window(name, length));
            }
        }
        return windows;
    }
}
