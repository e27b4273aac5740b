package io.millrace.inference.app.ensemble;

import io.millrace.definitions.MapNode;
import io.millrace.inference.app.ModelColumns;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.ModelDefinition.Column;
import io.millrace.inference.domain.ModelDefinition.Output;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.TensorSpec;
import io.millrace.inference.domain.ensemble.Ensemble;
import io.millrace.inference.domain.ensemble.Ensemble.ComputeStep;
import io.millrace.inference.domain.ensemble.Ensemble.Computed;
import io.millrace.inference.domain.ensemble.Ensemble.Input;
import io.millrace.inference.domain.ensemble.Ensemble.ModelStep;
import io.millrace.inference.domain.ensemble.Ensemble.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code kind: Ensemble} definitions; the format stands in docs/ensembles.md. */
final class EnsembleReader {
    /** Most steps of an ensemble. */
    static final int MAX_STEPS = 64;

    /** Most expressions of an ensemble. */
    static final int MAX_EXPRESSIONS = 1_000;

    private static final int MAX_DIMENSIONS = 8;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final String NAME_WORDS = "letters, digits, '.', '_' and '-'";
    private static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,8}");
    private static final Pattern STEP = Pattern.compile("[a-z][a-z0-9-]{0,62}");
    private static final Pattern TENSOR = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}");
    private static final String TENSOR_WORDS = "letters, digits and '_', no digit first";
    private static final Pattern SIZE = Pattern.compile("-1|[1-9][0-9]{0,8}");

    private EnsembleReader() {}

    static Ensemble read(MapNode root, String yaml) {
        int before = root.faults().all().size();
        String name = root.string("name", NAME, NAME_WORDS);
        root.optionalString("description");
        String version = root.has("version") ? root.string("version", VERSION, "a whole number") : "1";
        var inputs = new ArrayList<Input>();
        root.maps("inputs").forEach(node -> inputs.add(input(node)));
        requireSome(root, "inputs", inputs, "a tensor that callers bring");
        var outputs = new ArrayList<TensorSpec>();
        for (MapNode node : root.maps("outputs")) {
            outputs.add(spec(node, List.of(TensorSpec.VARIABLE)));
            node.refuseUnknownKeys();
        }
        requireSome(root, "outputs", outputs, "a tensor that is answered");
        refuseTwice(root, outputs.stream().map(TensorSpec::name).toList());
        List<Step> steps = steps(root);
        Optional<Output> prediction = root.optionalMap("prediction").map(EnsembleReader::prediction);
        if (prediction.isPresent()
                && inputs.stream().anyMatch(input -> input.columns().isEmpty())) {
            root.fault("prediction", "an ensemble with a prediction says of each input what its 'columns' are");
        }
        root.refuseUnknownKeys();
        var ensemble = new Ensemble(name, version, inputs, outputs, steps, prediction, yaml);
        if (root.faults().all().size() == before) {
            EnsemblePlaces places = EnsemblePlaces.of(root);
            EnsembleCheck.check(ensemble, Map.of(), (step, part, what) -> root.faults()
                    .add(places.of(step, part), title(step) + what));
        }
        return ensemble;
    }

    /** In front of what stands against a step. */
    static String title(String step) {
        return step.isEmpty() ? "" : "step '" + step + "': ";
    }

    private static Input input(MapNode node) {
        var columns = new ArrayList<Column>();
        Optional<TensorType> type = node.has("columns")
                ? TensorType.of(node.optionalEnum("datatype", Datatype.class).orElse(Datatype.FP32))
                : Optional.empty();
        if (node.has("columns") && type.isEmpty()) {
            node.fault("datatype", "pipelines fill tensors of FP32, FP64, INT64 and BYTES alone");
        }
        for (MapNode column : node.maps("columns")) {
            columns.add(ModelColumns.read(column, type.orElse(TensorType.FLOAT64)));
        }
        List<Long> rows = List.of(TensorSpec.VARIABLE);
        TensorSpec spec = spec(node, columns.isEmpty() ? rows : List.of(TensorSpec.VARIABLE, (long) columns.size()));
        if (!columns.isEmpty() && !Shapes.mayFit(List.of(TensorSpec.VARIABLE, (long) columns.size()), spec.shape())) {
            node.fault("shape", columns.size() + " columns are no tensor of the shape " + spec.shape());
        }
        node.refuseUnknownKeys();
        return new Input(spec, columns);
    }

    private static TensorSpec spec(MapNode node, List<Long> otherwise) {
        String name = node.string("name", TENSOR, TENSOR_WORDS);
        return new TensorSpec(name, datatype(node), node.has("shape") ? shape(node) : otherwise);
    }

    private static Datatype datatype(MapNode node) {
        if (!node.has("datatype")) {
            node.fault("datatype", "'datatype' is missing: expected BOOL, INT64, FP32, FP64, BYTES or another");
        }
        return node.optionalEnum("datatype", Datatype.class).orElse(Datatype.FP32);
    }

    private static List<Long> shape(MapNode node) {
        var shape = new ArrayList<Long>();
        for (String size : node.strings("shape")) {
            if (SIZE.matcher(size).matches()) {
                shape.add(Long.valueOf(size));
            } else {
                node.fault("shape", "a size is -1 for any, or at least 1, was '" + size + "'");
            }
        }
        if (shape.isEmpty() || shape.getFirst() != TensorSpec.VARIABLE || shape.size() > MAX_DIMENSIONS) {
            node.fault("shape", "'shape' must begin with -1, the rows, and have at most " + MAX_DIMENSIONS + " sizes");
            return List.of(TensorSpec.VARIABLE);
        }
        return shape;
    }

    private static List<Step> steps(MapNode root) {
        var steps = new ArrayList<Step>();
        var names = new HashSet<String>();
        int expressions = 0;
        for (MapNode node : root.maps("steps")) {
            Step step = step(node);
            if (!step.name().isEmpty() && !names.add(step.name())) {
                node.fault("name", "step '" + step.name() + "' stands twice");
            }
            if (step instanceof ComputeStep compute) {
                expressions += compute.tensors().stream()
                        .mapToInt(tensor -> tensor.expressions().size())
                        .sum();
            }
            steps.add(step);
        }
        requireSome(root, "steps", steps, "a step");
        if (steps.size() > MAX_STEPS || expressions > MAX_EXPRESSIONS) {
            root.fault("steps", "at most " + MAX_STEPS + " steps and " + MAX_EXPRESSIONS + " expressions");
        }
        return steps;
    }

    private static Step step(MapNode node) {
        String name = node.string("name", STEP, "lower-case letters, digits and '-', a letter first, at most 63");
        if (node.has("model") == node.has("compute")) {
            node.fault("name", "a step has either 'model' or 'compute'");
        }
        Step step = node.has("model") ? modelStep(name, node) : computeStep(name, node);
        node.refuseUnknownKeys();
        return step;
    }

    private static ModelStep modelStep(String name, MapNode node) {
        ModelReference model = node.optionalMap("model")
                .map(at -> {
                    String called = at.string("name", NAME, NAME_WORDS);
                    Optional<String> version =
                            at.has("version") ? Optional.of(at.string("version", NAME, NAME_WORDS)) : Optional.empty();
                    at.refuseUnknownKeys();
                    return new ModelReference(called, version);
                })
                .orElseGet(() -> new ModelReference("", Optional.empty()));
        Map<String, String> outputs = tensors(node, "outputs");
        refuseTwice(node, outputs.values());
        return new ModelStep(name, model, tensors(node, "inputs"), outputs);
    }

    /** The model's own names, each with that of a tensor. */
    private static Map<String, String> tensors(MapNode node, String key) {
        var tensors = new LinkedHashMap<String, String>();
        node.optionalMap(key).ifPresent(map -> {
            for (String own : map.keys()) {
                tensors.put(own, map.string(own, TENSOR, TENSOR_WORDS));
            }
        });
        if (tensors.isEmpty()) {
            node.fault(key, "'" + key + "' must map a name of the model's to that of a tensor");
        }
        return tensors;
    }

    private static ComputeStep computeStep(String name, MapNode node) {
        var tensors = new ArrayList<Computed>();
        for (MapNode at : node.maps("compute")) {
            String tensor = at.string("name", TENSOR, TENSOR_WORDS);
            if (at.has("expression") == at.has("expressions")) {
                at.fault(
                        "name",
                        "'" + tensor
                                + "' has either an 'expression', for [rows], or 'expressions', for [rows, columns]");
            }
            boolean isTable = at.has("expressions");
            List<String> expressions = at.strings(isTable ? "expressions" : "expression");
            if (isTable && expressions.isEmpty()) {
                at.fault("expressions", "'expressions' must list at least one");
            }
            tensors.add(new Computed(tensor, datatype(at), expressions, isTable));
            at.refuseUnknownKeys();
        }
        if (node.has("compute") && tensors.isEmpty()) {
            node.fault("compute", "'compute' must list at least one tensor");
        }
        return new ComputeStep(name, tensors);
    }

    private static Output prediction(MapNode node) {
        String output = node.string("output", TENSOR, TENSOR_WORDS);
        long column = node.optionalLong("column").orElse(0L);
        if (column < 0 || column > MAX_EXPRESSIONS) {
            node.fault("column", "'column' must be 0 to " + MAX_EXPRESSIONS + ", was " + column);
        }
        node.refuseUnknownKeys();
        return new Output(output, (int) column);
    }

    private static void requireSome(MapNode node, String key, List<?> some, String what) {
        if (some.isEmpty()) {
            node.fault(key, "'" + key + "' must list at least " + what);
        }
    }

    private static void refuseTwice(MapNode node, Iterable<String> outputs) {
        var seen = new HashSet<String>();
        for (String output : outputs) {
            if (!output.isEmpty() && !seen.add(output)) {
                node.fault("outputs", "output '" + output + "' stands twice");
            }
        }
    }
}
