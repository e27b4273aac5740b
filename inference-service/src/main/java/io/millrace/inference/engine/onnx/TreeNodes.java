package io.millrace.inference.engine.onnx;

import static io.millrace.inference.engine.onnx.OnnxGraph.text;
import static io.millrace.inference.engine.onnx.OnnxGraph.whole;
import static io.millrace.inference.engine.onnx.OnnxGraph.wholes;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;

/** The trees of a TreeEnsembleRegressor (ai.onnx.ml), which adds up for each output what the leaves of its trees hold. */
public final class TreeNodes {
    public static final String DOMAIN = "ai.onnx.ml";

    private final List<Long> treeIds = new ArrayList<>();
    private final List<Long> nodeIds = new ArrayList<>();
    private final List<Long> features = new ArrayList<>();
    private final List<Long> whenTrue = new ArrayList<>();
    private final List<Long> whenFalse = new ArrayList<>();
    private final List<Long> missingTrue = new ArrayList<>();
    private final List<Double> values = new ArrayList<>();
    private final List<Double> covers = new ArrayList<>();
    private final List<ByteString> modes = new ArrayList<>();
    private final List<Long> leafTrees = new ArrayList<>();
    private final List<Long> leafNodes = new ArrayList<>();
    private final List<Long> leafOutputs = new ArrayList<>();
    private final List<Double> leafValues = new ArrayList<>();

    /** How a test compares the feature with its value. */
    public enum Mode {
        BRANCH_LT,
        BRANCH_LEQ
    }

    /**
     * A test.
     *
     * @param ifTrue node where the feature compares so with the value
     * @param missing whether a feature that is NaN goes there too
     */
    public void split(
            long tree, long node, long feature, Mode mode, double value, long ifTrue, long ifFalse, boolean missing) {
        add(tree, node, feature, mode.name(), value, ifTrue, ifFalse, missing);
    }

    /** A leaf, and what it adds to an output. */
    public void leaf(long tree, long node, long output, double value) {
        add(tree, node, 0, "LEAF", 0, 0, 0, false);
        leafTrees.add(tree);
        leafNodes.add(node);
        leafOutputs.add(output);
        leafValues.add(value);
    }

    /** Says how much of the training data came to the node that was added last. Written where it is said of all. */
    public void cover(double cover) {
        covers.add(cover);
    }

    private void add(
            long tree, long node, long feature, String mode, double value, long ifTrue, long ifFalse, boolean missing) {
        treeIds.add(tree);
        nodeIds.add(node);
        features.add(feature);
        modes.add(ByteString.copyFromUtf8(mode));
        values.add(value);
        whenTrue.add(ifTrue);
        whenFalse.add(ifFalse);
        missingTrue.add(missing ? 1L : 0L);
    }

    /**
     * The operator over float32 input, of the first version of its domain.
     *
     * @param output float32 [rows, outputs]
     */
    public NodeProto.Builder floats(String input, String output, int outputs) {
        return node(input, output, outputs)
                .addAttribute(reals("nodes_values", values))
                .addAttribute(reals("target_weights", leafValues));
    }

    /**
     * The operator over float64 input, which it compares in float64; of the third version of its domain.
     *
     * @param output float32 [rows, outputs]: the operator has no wider one
     */
    public NodeProto.Builder doubles(String input, String output, int outputs) {
        return node(input, output, outputs)
                .addAttribute(tensor("nodes_values_as_tensor", values))
                .addAttribute(tensor("target_weights_as_tensor", leafValues));
    }

    private NodeProto.Builder node(String input, String output, int outputs) {
        NodeProto.Builder node = NodeProto.newBuilder()
                .setName(output)
                .setDomain(DOMAIN)
                .setOpType("TreeEnsembleRegressor")
                .addInput(input)
                .addOutput(output)
                .addAttribute(whole("n_targets", outputs))
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
                .addAttribute(wholes("target_treeids", leafTrees))
                .addAttribute(wholes("target_nodeids", leafNodes))
                .addAttribute(wholes("target_ids", leafOutputs));
        return covers.size() == nodeIds.size() ? node.addAttribute(reals("nodes_hitrates", covers)) : node;
    }

    private static AttributeProto.Builder reals(String name, List<Double> values) {
        var attribute = AttributeProto.newBuilder().setName(name).setType(AttributeType.FLOATS);
        values.forEach(value -> attribute.addFloats(value.floatValue()));
        return attribute;
    }

    private static AttributeProto.Builder tensor(String name, List<Double> values) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.TENSOR)
                .setT(TensorProto.newBuilder()
                        .setName(name)
                        .setDataType(TensorProto.DataType.DOUBLE_VALUE)
                        .addDims(values.size())
                        .addAllDoubleData(values));
    }
}
