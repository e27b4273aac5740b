package io.millrace.inference.engine.learned;

import static io.millrace.inference.engine.onnx.OnnxGraph.whole;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.millrace.inference.app.learn.LearnedModel;
import io.millrace.inference.engine.onnx.OnnxGraph;
import io.millrace.inference.engine.onnx.TreeNodes;
import io.millrace.inference.engine.onnx.TreeNodes.Mode;
import io.millrace.models.kernel.learn.FeatureSpace;
import io.millrace.models.kernel.learn.ForestForm;
import io.millrace.models.kernel.learn.TreeForm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes one tree or several. Where all leaves are shares, their mean by the trees' weights is a TreeEnsembleRegressor. Where some are of naive Bayes, that operator finds each tree's leaf, and
 * what the leaf says is computed behind it from tables.
 */
final class TreesOnnx {
    private static final double HALF = 0.5;

    private final ForestForm form;
    private final FeatureSpace space;
    private final OnnxGraph graph = new OnnxGraph("trees", Columns.OPERATORS).uses(TreeNodes.DOMAIN, 3);
    private final Columns columns;

    /** Of each category that a tree tests, the slots in order with their columns among the tested. */
    private final Map<Integer, Map<Integer, Integer>> indicators = new TreeMap<>();

    private TreesOnnx(ForestForm form) {
        this.form = form;
        space = form.space();
        columns = new Columns(graph, space);
    }

    static ModelProto write(ForestForm form) {
        return new TreesOnnx(form).model();
    }

    private ModelProto model() {
        String tested = tested();
        double[] weights = weights();
        boolean shares = form.trees().stream()
                .flatMap(tree -> tree.nodes().stream())
                .noneMatch(node -> node instanceof TreeForm.Bayes);
        String prediction = shares ? meanOfShares(tested, weights) : meanOfLeaves(tested, weights);
        graph.addAs(LearnedModel.PREDICTION, "Identity", List.of(prediction));
        graph.output(LearnedModel.PREDICTION, DataType.DOUBLE, 1);
        return graph.model();
    }

    /** The trees' weights, which make 1 together; all are 0 where the forest does not know. */
    private double[] weights() {
        double sum = Arrays.stream(form.weights()).sum();
        return Arrays.stream(form.weights())
                .map(weight -> sum > 0 ? weight / sum : 0)
                .toArray();
    }

    private double otherwise() {
        return Arrays.stream(form.weights()).sum() > 0 ? 0 : HALF;
    }

    /** What the trees test: the numbers, and a 1 or 0 for each slot that one of them asks for. */
    private String tested() {
        for (TreeForm tree : form.trees()) {
            for (TreeForm.Node node : tree.nodes()) {
                if (node instanceof TreeForm.Split split && split.slot() >= 0) {
                    indicators
                            .computeIfAbsent(split.column() - space.denseColumns(), _ -> new TreeMap<>())
                            .put(split.slot(), 0);
                }
            }
        }
        if (!columns.hasNumbers() && indicators.isEmpty()) {
            // The operator takes at least one column.
            indicators.put(0, new TreeMap<>(Map.of(0, 0)));
        }
        var parts = new ArrayList<String>();
        if (columns.hasNumbers()) {
            parts.add(columns.dense());
        }
        int next = space.denseColumns();
        for (Map.Entry<Integer, Map<Integer, Integer>> category : indicators.entrySet()) {
            Map<Integer, Integer> places = category.getValue();
            long[] slots = places.keySet().stream().mapToLong(slot -> slot).toArray();
            for (int slot : List.copyOf(places.keySet())) {
                places.put(slot, next++);
            }
            String equal = graph.add(
                    "Equal",
                    List.of(columns.slot(category.getKey()), graph.longs(List.of(1L, (long) slots.length), slots)));
            parts.add(graph.add("Cast", List.of(equal), whole("to", DataType.DOUBLE_VALUE)));
        }
        return parts.size() == 1 ? parts.getFirst() : graph.add("Concat", parts, whole("axis", 1));
    }

    private void split(TreeNodes nodes, int tree, int at, TreeForm.Split split) {
        if (split.slot() < 0) {
            nodes.split(
                    tree, at, split.column(), Mode.BRANCH_LEQ, split.threshold(), split.left(), split.right(), false);
        } else {
            int column = indicators
                    .getOrDefault(split.column() - space.denseColumns(), Map.of())
                    .getOrDefault(split.slot(), 0);
            // 0 goes right: the row has another slot.
            nodes.split(tree, at, column, Mode.BRANCH_LEQ, HALF, split.right(), split.left(), false);
        }
    }

    private String meanOfShares(String tested, double[] weights) {
        var nodes = new TreeNodes();
        for (int tree = 0; tree < weights.length; tree++) {
            List<TreeForm.Node> all = form.trees().get(tree).nodes();
            for (int at = 0; at < all.size(); at++) {
                switch (all.get(at)) {
                    case TreeForm.Split split -> split(nodes, tree, at, split);
                    case TreeForm.Share(double probability) ->
                        nodes.leaf(tree, at, 0, weights[tree] * probability + otherwise() / weights.length);
                    case TreeForm.Bayes _ -> throw new IllegalStateException("all leaves are shares");
                }
            }
        }
        String sum = graph.add(nodes.doubles(tested, graph.name(), 1));
        return graph.add("Cast", List.of(sum), whole("to", DataType.DOUBLE_VALUE));
    }

    private String meanOfLeaves(String tested, double[] weights) {
        var nodes = new TreeNodes();
        var leaves = new LeafTables(space.denseColumns());
        for (int tree = 0; tree < weights.length; tree++) {
            List<TreeForm.Node> all = form.trees().get(tree).nodes();
            for (int at = 0; at < all.size(); at++) {
                if (all.get(at) instanceof TreeForm.Split split) {
                    split(nodes, tree, at, split);
                } else {
                    // A number of leaves is one that a float32 has.
                    nodes.leaf(tree, at, tree, leaves.add(all.get(at)));
                }
            }
        }
        String found = graph.add(nodes.doubles(tested, graph.name(), weights.length));
        String leaf = graph.add("Cast", List.of(found), whole("to", DataType.INT64_VALUE));
        String probabilities = leaves.probabilities(graph, columns.dense(), leaf);
        String mean =
                graph.add("MatMul", List.of(probabilities, graph.doubles(List.of((long) weights.length, 1L), weights)));
        return graph.add("Add", List.of(mean, graph.doubles(List.of(1L, 1L), otherwise())));
    }
}
