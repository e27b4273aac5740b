package io.millrace.inference.engine.xgboost;

import static io.millrace.inference.engine.onnx.OnnxGraph.whole;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.millrace.inference.engine.onnx.OnnxGraph;
import io.millrace.inference.engine.onnx.TreeNodes;
import java.util.List;

/**
 * Writes a forest as ONNX: a TreeEnsembleRegressor (ai.onnx.ml) for the sums and an operator for what becomes of them. The same forest gives the same bytes.
 *
 * <p>XGBoost begins a sum with its base and adds tree by tree, all in float. ONNX Runtime begins with nothing and adds {@code base_values} last, which rounds otherwise. So the base is
 * added to the leaves of each output's first tree instead: {@code 0 + (base + leaf)} is what XGBoost has after that tree, to the bit.
 */
final class ForestOnnx {
    static final String INPUT = "input";
    static final String OUTPUT = "output";

    private static final String SUMS = "sums";
    private static final long OPERATORS = 13;
    private static final long TREE_OPERATORS = 1;

    private ForestOnnx() {}

    /** A model with input {@value #INPUT}, FP32 [rows, features], and output {@value #OUTPUT}, FP32 [rows, 1], or [rows, classes] for probabilities of classes. */
    static ModelProto write(Forest forest) {
        var graph = new OnnxGraph("xgboost", OPERATORS).uses(TreeNodes.DOMAIN, TREE_OPERATORS);
        graph.input(INPUT, DataType.FLOAT, forest.features());
        graph.add(trees(forest).floats(INPUT, SUMS, forest.outputs()));
        switch (forest.objective()) {
            case IDENTITY -> graph.addAs(OUTPUT, "Identity", List.of(SUMS));
            case LOGISTIC -> graph.addAs(OUTPUT, "Sigmoid", List.of(SUMS));
            case EXPONENTIAL -> graph.addAs(OUTPUT, "Exp", List.of(SUMS));
            case SOFTMAX -> graph.addAs(OUTPUT, "Softmax", List.of(SUMS), whole("axis", 1));
            case ARGMAX ->
                graph.addAs(
                        OUTPUT,
                        "Cast",
                        List.of(graph.add("ArgMax", List.of(SUMS), whole("axis", 1))),
                        whole("to", DataType.FLOAT_VALUE));
        }
        boolean several = forest.objective() == Objective.SOFTMAX;
        graph.output(OUTPUT, DataType.FLOAT, several ? forest.outputs() : 1);
        return graph.model();
    }

    private static TreeNodes trees(Forest forest) {
        var nodes = new TreeNodes();
        boolean[] begun = new boolean[forest.outputs()];
        int id = 0;
        for (Tree tree : forest.trees()) {
            add(nodes, id++, tree, begun[tree.output()] ? 0 : forest.base()[tree.output()], begun[tree.output()]);
            begun[tree.output()] = true;
        }
        for (int output = 0; output < begun.length; output++) {
            if (!begun[output]) {
                nodes.leaf(id, 0, output, forest.base()[output]);
                nodes.cover(1);
                id++;
            }
        }
        return nodes;
    }

    private static void add(TreeNodes nodes, int id, Tree tree, float base, boolean begun) {
        for (int node = 0; node < tree.left().length; node++) {
            float value = tree.value()[node];
            if (tree.isLeaf(node)) {
                nodes.leaf(id, node, tree.output(), begun ? value : base + value);
                cover(nodes, tree, node);
                continue;
            }
            nodes.split(
                    id,
                    node,
                    tree.feature()[node],
                    TreeNodes.Mode.BRANCH_LT,
                    value,
                    tree.left()[node],
                    tree.right()[node],
                    tree.missingLeft()[node]);
            cover(nodes, tree, node);
        }
    }

    private static void cover(TreeNodes nodes, Tree tree, int node) {
        if (tree.cover().length > 0) {
            nodes.cover(tree.cover()[node]);
        }
    }
}
