package io.millrace.inference.store;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Fault;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.Place;
import io.millrace.definitions.Yaml;
import io.millrace.inference.app.ModelColumns;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.Column;
import io.millrace.inference.domain.ModelDefinition.Engine;
import io.millrace.inference.domain.ModelDefinition.Input;
import io.millrace.inference.domain.ModelDefinition.Output;
import io.millrace.inference.domain.ModelDefinition.Reference;
import io.millrace.inference.domain.ModelDefinition.RowFormat;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Reads {@code model.yaml}. */
final class ModelYaml {
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final int MAX_COLUMNS = 10_000;

    private ModelYaml() {}

    /** What the file says; whatever is wrong with it is added to {@code faults}, and the result is of use only where there are none. */
    static ModelDefinition read(DefinitionFile file, String name, String version, Faults faults) {
        List<MapNode> documents = Yaml.documents(file, faults);
        if (documents.size() != 1) {
            faults.add(new Place(file.path(), 1, 1), "expected one document, found " + documents.size());
            return nothing(name, version);
        }
        MapNode root = documents.getFirst();
        expect(root, "kind", "Model");
        expect(root, "name", name);
        expect(root, "version", version);
        Engine engine = root.optionalEnum("engine", Engine.class).orElseGet(() -> {
            if (!root.has("engine")) {
                root.fault("engine", "'engine' is missing: expected onnxruntime, xgboost or pytorch");
            }
            return Engine.ONNXRUNTIME;
        });
        root.optionalString("description");
        String fileName = root.string("file");
        String digest = root.string("digest", DIGEST, "a SHA-256 in lower-case hex");
        boolean forPipelines = root.has("inputs") || root.has("output");
        var definition = new ModelDefinition(
                name,
                version,
                engine,
                fileName,
                digest,
                root.optionalLong("size").map(OptionalLong::of).orElse(OptionalLong.empty()),
                forPipelines ? inputs(root) : List.of(),
                forPipelines ? Optional.of(output(root)) : Optional.empty(),
                ServingYaml.read(root),
                root.optionalMap("reference").map(ModelYaml::reference));
        root.refuseUnknownKeys();
        return definition;
    }

    /** The faults, one per line. */
    static String text(Faults faults) {
        return String.join("\n", faults.all().stream().map(Fault::toString).toList());
    }

    private static void expect(MapNode node, String key, String expected) {
        String actual = node.string(key);
        if (!actual.isEmpty() && !actual.equals(expected)) {
            node.fault(key, "'" + key + "' must be '" + expected + "' here, was '" + actual + "'");
        }
    }

    private static List<Input> inputs(MapNode root) {
        var inputs = new ArrayList<Input>();
        var names = new HashSet<String>();
        int columns = 0;
        for (MapNode node : root.maps("inputs")) {
            Input input = input(node);
            columns += input.columns().size();
            if (!names.add(input.name())) {
                node.fault("name", "input '" + input.name() + "' stands twice");
            }
            inputs.add(input);
        }
        if (inputs.isEmpty()) {
            root.fault("inputs", "'inputs' must list at least one tensor");
        }
        if (columns > MAX_COLUMNS) {
            root.fault("inputs", "at most " + MAX_COLUMNS + " columns, were " + columns);
        }
        return inputs;
    }

    private static Input input(MapNode node) {
        String name = node.string("name");
        TensorType type = node.optionalEnum("type", TensorType.class).orElseGet(() -> {
            if (!node.has("type")) {
                node.fault("type", "'type' is missing: expected float32, float64, int64 or string");
            }
            return TensorType.FLOAT32;
        });
        var columns = new ArrayList<Column>();
        for (MapNode column : node.maps("columns")) {
            columns.add(ModelColumns.read(column, type));
        }
        if (columns.isEmpty()) {
            node.fault("columns", "'columns' must list at least one column");
        }
        node.refuseUnknownKeys();
        return new Input(name, type, columns);
    }

    private static Output output(MapNode root) {
        MapNode node = root.optionalMap("output").orElse(null);
        if (node == null) {
            root.fault("output", "'output' is missing: expected {name, column}");
            return new Output("", 0);
        }
        String name = node.string("name");
        long column = node.optionalLong("column").orElse(0L);
        if (column < 0 || column > MAX_COLUMNS) {
            node.fault("column", "'column' must be 0 to " + MAX_COLUMNS + ", was " + column);
        }
        node.refuseUnknownKeys();
        return new Output(name, (int) column);
    }

    private static Reference reference(MapNode node) {
        String file = node.string("file");
        boolean csv = file.endsWith(".csv");
        if (!csv && !file.isEmpty() && !file.endsWith(".parquet")) {
            node.fault("file", "'file' must end in .parquet or .csv, was '" + file + "'");
        }
        Optional<String> digest = node.has("digest")
                ? Optional.of(node.string("digest", DIGEST, "a SHA-256 in lower-case hex"))
                : Optional.empty();
        var reference =
                new Reference(file, csv ? RowFormat.CSV : RowFormat.PARQUET, digest, node.optionalString("score"));
        node.refuseUnknownKeys();
        return reference;
    }

    private static ModelDefinition nothing(String name, String version) {
        return new ModelDefinition(name, version, "", "", List.of(), Optional.empty());
    }
}
