package io.millrace.inference.engine.xgboost;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
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
    private static final long IR_VERSION = 8;
    private static final long OPERATORS = 13;
    private static final long TREE_OPERATORS = 1;

    private final List<Long> treeIds = new ArrayList<>();
    private final List<Long> nodeIds = new ArrayList<>();
    private final List<Long> features = new ArrayList<>();
    private final List<Long> whenTrue = new ArrayList<>();
    private final List<Long> whenFalse = new ArrayList<>();
    private final List<Long> missingTrue = new ArrayList<>();
    private final List<Float> values = new ArrayList<>();
    private final List<ByteString> modes = new ArrayList<>();
    private final List<Long> leafTrees = new ArrayList<>();
    private final List<Long> leafNodes = new ArrayList<>();
    private final List<Long> leafOutputs = new ArrayList<>();
    private final List<Float> leafValues = new ArrayList<>();

    private ForestOnnx() {}

    /** A model with input {@value #INPUT}, FP32 [rows, features], and output {@value #OUTPUT}, FP32 [rows, 1], or [rows, classes] for probabilities of classes. */
    static ModelProto write(Forest forest) {
        NodeProto trees = new ForestOnnx().trees(forest);
        boolean several = forest.objective() == Objective.SOFTMAX;
        GraphProto.Builder graph = GraphProto.newBuilder()
                .setName("xgboost")
                .addInput(value(INPUT, forest.features()))
                .addNode(trees)
                .addOutput(value(OUTPUT, several ? forest.outputs() : 1));
        switch (forest.objective()) {
            case IDENTITY -> graph.addNode(node("Identity", SUMS, OUTPUT));
            case LOGISTIC -> graph.addNode(node("Sigmoid", SUMS, OUTPUT));
            case EXPONENTIAL -> graph.addNode(node("Exp", SUMS, OUTPUT));
            case SOFTMAX -> graph.addNode(node("Softmax", SUMS, OUTPUT).addAttribute(whole("axis", 1)));
            case ARGMAX ->
                graph.addNode(node("ArgMax", SUMS, "class").addAttribute(whole("axis", 1)))
                        .addNode(node("Cast", "class", OUTPUT)
                                .addAttribute(whole("to", TensorProto.DataType.FLOAT_VALUE)));
        }
        return ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("millrace")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPERATORS))
                .addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain("ai.onnx.ml").setVersion(TREE_OPERATORS))
                .setGraph(graph)
                .build();
    }

    private NodeProto trees(Forest forest) {
        boolean[] begun = new boolean[forest.outputs()];
        int id = 0;
        for (Tree tree : forest.trees()) {
            add(id++, tree, begun[tree.output()] ? 0 : forest.base()[tree.output()], begun[tree.output()]);
            begun[tree.output()] = true;
        }
        for (int output = 0; output < begun.length; output++) {
            if (!begun[output]) {
                leaf(id, 0, output, forest.base()[output]);
                id++;
            }
        }
        return NodeProto.newBuilder()
                .setName("trees")
                .setDomain("ai.onnx.ml")
                .setOpType("TreeEnsembleRegressor")
                .addInput(INPUT)
                .addOutput(SUMS)
                .addAttribute(whole("n_targets", forest.outputs()))
                .addAttribute(text("aggregate_function", "SUM"))
                .addAttribute(text("post_transform", "NONE"))
                .addAttribute(wholes("nodes_treeids", treeIds))
                .addAttribute(wholes("nodes_nodeids", nodeIds))
                .addAttribute(wholes("nodes_featureids", features))
                .addAttribute(wholes("nodes_truenodeids", whenTrue))
                .addAttribute(wholes("nodes_falsenodeids", whenFalse))
                .addAttribute(wholes("nodes_missing_value_tracks_true", missingTrue))
                .addAttribute(AttributeProto.newBuilder()
                        .setName("nodes_modes")
                        .setType(AttributeType.STRINGS)
                        .addAllStrings(modes))
                .addAttribute(reals("nodes_values", values))
                .addAttribute(wholes("target_treeids", leafTrees))
                .addAttribute(wholes("target_nodeids", leafNodes))
                .addAttribute(wholes("target_ids", leafOutputs))
                .addAttribute(reals("target_weights", leafValues))
                .build();
    }

    private void add(int id, Tree tree, float base, boolean begun) {
        for (int node = 0; node < tree.left().length; node++) {
            float value = tree.value()[node];
            if (tree.isLeaf(node)) {
                leaf(id, node, tree.output(), begun ? value : base + value);
                continue;
            }
            treeIds.add((long) id);
            nodeIds.add((long) node);
            features.add((long) tree.feature()[node]);
            values.add(value);
            modes.add(ByteString.copyFromUtf8("BRANCH_LT"));
            whenTrue.add((long) tree.left()[node]);
            whenFalse.add((long) tree.right()[node]);
            missingTrue.add(tree.missingLeft()[node] ? 1L : 0L);
        }
    }

    private void leaf(long tree, long node, long output, float value) {
        treeIds.add(tree);
        nodeIds.add(node);
        features.add(0L);
        values.add(0f);
        modes.add(ByteString.copyFromUtf8("LEAF"));
        whenTrue.add(0L);
        whenFalse.add(0L);
        missingTrue.add(0L);
        leafTrees.add(tree);
        leafNodes.add(node);
        leafOutputs.add(output);
        leafValues.add(value);
    }

    private static ValueInfoProto value(String name, int columns) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT_VALUE)
                                .setShape(TensorShapeProto.newBuilder()
                                        .addDim(Dimension.newBuilder().setDimParam("rows"))
                                        .addDim(Dimension.newBuilder().setDimValue(columns)))))
                .build();
    }

    private static NodeProto.Builder node(String operator, String input, String output) {
        return NodeProto.newBuilder()
                .setName(operator)
                .setOpType(operator)
                .addInput(input)
                .addOutput(output);
    }

    private static AttributeProto.Builder whole(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INT)
                .setI(value);
    }

    private static AttributeProto.Builder text(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value));
    }

    private static AttributeProto.Builder wholes(String name, List<Long> values) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INTS)
                .addAllInts(values);
    }

    private static AttributeProto.Builder reals(String name, List<Float> values) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.FLOATS)
                .addAllFloats(values);
    }
}
