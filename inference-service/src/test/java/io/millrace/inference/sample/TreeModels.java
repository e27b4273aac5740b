package io.millrace.inference.sample;

import static io.millrace.inference.sample.OnnxModels.value;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Forests that are drawn, as ONNX. */
public final class TreeModels {
    private static final List<String> MODES = List.of("BRANCH_LT", "BRANCH_LEQ", "BRANCH_GT", "BRANCH_GTE");

    private final Random random;
    private final int features;
    private final int targets;
    private final String leaves;
    private final List<Long> trees = new ArrayList<>();
    private final List<Long> ids = new ArrayList<>();
    private final List<Long> asked = new ArrayList<>();
    private final List<Long> yes = new ArrayList<>();
    private final List<Long> no = new ArrayList<>();
    private final List<Long> missing = new ArrayList<>();
    private final List<Float> values = new ArrayList<>();
    private final List<Float> covers = new ArrayList<>();
    private final List<String> modes = new ArrayList<>();
    private final List<Long> leafTrees = new ArrayList<>();
    private final List<Long> leafNodes = new ArrayList<>();
    private final List<Long> leafTargets = new ArrayList<>();
    private final List<Float> weights = new ArrayList<>();

    private TreeModels(long seed, int features, int targets, String leaves) {
        this.random = new Random(seed);
        this.features = features;
        this.targets = targets;
        this.leaves = leaves;
    }

    /** Output {@code output} [rows, 1]: the sum of the trees, with covers in the file. */
    public static ModelProto regressor(long seed, int features, int count, int depth) {
        var model = new TreeModels(seed, features, 1, "target");
        NodeProto node = model.grow(count, depth)
                .node("TreeEnsembleRegressor", "output")
                .addAttribute(whole("n_targets", 1))
                .addAttribute(model.reals("nodes_hitrates", model.covers))
                .addAttribute(model.reals("base_values", List.of(0.5f)))
                .build();
        return graph(features, 1, node);
    }

    /**
     * Output {@code output} [rows, classes]; every leaf has a weight for each class, or, of two, for the first alone, which then stands for both.
     *
     * @param positive whether all weights are above 0
     */
    public static ModelProto classifier(
            long seed, int features, int classes, int count, int depth, String transform, boolean positive) {
        var model = new TreeModels(seed, features, classes == 2 ? 1 : classes, "class");
        List<Long> labels = new ArrayList<>();
        for (long label = 0; label < classes; label++) {
            labels.add(label);
        }
        model.grow(count, depth);
        if (positive) {
            model.weights.replaceAll(Math::abs);
        }
        NodeProto node = model.node("TreeEnsembleClassifier", "label")
                .addOutput("output")
                .addAttribute(model.wholes("classlabels_int64s", labels))
                .addAttribute(text("post_transform", transform))
                .build();
        return graph(features, classes, node);
    }

    private static ModelProto graph(int features, int columns, NodeProto node) {
        return OnnxModels.modelOfModels(
                GraphProto.newBuilder()
                        .setName("trees")
                        .addInput(value("input", DataType.FLOAT, -1, features))
                        .addNode(node)
                        .addOutput(value("output", DataType.FLOAT, -1, columns))
                        .build(),
                1);
    }

    /** The same trees as {@link #regressor} in the newer operator, behind a logistic function. */
    public static ModelProto newer(long seed, int features, int count, int depth) {
        var model = new TreeModels(seed, features, 1, "target").grow(count, depth);
        int nodes = model.modes.size();
        int[] split = new int[nodes];
        int[] leaf = new int[nodes];
        int splits = 0;
        int ends = 0;
        for (int i = 0; i < nodes; i++) {
            split[i] = model.modes.get(i).equals("LEAF") ? -1 : splits++;
            leaf[i] = model.modes.get(i).equals("LEAF") ? ends++ : -1;
        }
        var made = new Newer(model, split, leaf);
        return OnnxModels.modelOfModels(
                GraphProto.newBuilder()
                        .setName("trees")
                        .addInput(value("input", DataType.FLOAT, -1, features))
                        .addNode(made.node())
                        .addNode(OnnxModels.node("Sigmoid", "output", "sums"))
                        .addOutput(value("output", DataType.FLOAT, -1, 1))
                        .build(),
                5);
    }

    private record Newer(TreeModels model, int[] split, int[] leaf) {
        NodeProto node() {
            int nodes = split.length;
            List<Long> roots = new ArrayList<>();
            List<Long> asked = new ArrayList<>();
            List<Long> yes = new ArrayList<>();
            List<Long> no = new ArrayList<>();
            List<Long> yesLeaf = new ArrayList<>();
            List<Long> noLeaf = new ArrayList<>();
            double[] modes = new double[0];
            double[] splits = new double[0];
            for (int i = 0; i < nodes; i++) {
                if (model.ids.get(i) == 0) {
                    roots.add((long) split[i]);
                }
                if (split[i] < 0) {
                    continue;
                }
                int begin = i - Math.toIntExact(model.ids.get(i));
                int left = begin + Math.toIntExact(model.yes.get(i));
                int right = begin + Math.toIntExact(model.no.get(i));
                asked.add(model.asked.get(i));
                yes.add((long) Math.max(split[left], leaf[left]));
                no.add((long) Math.max(split[right], leaf[right]));
                yesLeaf.add(leaf[left] < 0 ? 0L : 1L);
                noLeaf.add(leaf[right] < 0 ? 0L : 1L);
                modes = with(
                        modes,
                        List.of("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT")
                                .indexOf(model.modes.get(i)));
                splits = with(splits, model.values.get(i));
            }
            return OnnxModels.node("TreeEnsemble", "sums", "input")
                    .setDomain("ai.onnx.ml")
                    .addAttribute(whole("n_targets", 1))
                    .addAttribute(model.wholes("tree_roots", roots))
                    .addAttribute(model.wholes("nodes_featureids", asked))
                    .addAttribute(model.wholes("nodes_truenodeids", yes))
                    .addAttribute(model.wholes("nodes_falsenodeids", no))
                    .addAttribute(model.wholes("nodes_trueleafs", yesLeaf))
                    .addAttribute(model.wholes("nodes_falseleafs", noLeaf))
                    .addAttribute(model.wholes("leaf_targetids", model.leafTargets))
                    .addAttribute(tensor("nodes_modes", DataType.UINT8, modes))
                    .addAttribute(tensor("nodes_splits", DataType.FLOAT, splits))
                    .addAttribute(tensor(
                            "leaf_weights",
                            DataType.FLOAT,
                            model.weights.stream()
                                    .mapToDouble(Float::doubleValue)
                                    .toArray()))
                    .build();
        }

        private static double[] with(double[] numbers, double next) {
            double[] more = Arrays.copyOf(numbers, numbers.length + 1);
            more[numbers.length] = next;
            return more;
        }

        private static AttributeProto tensor(String name, DataType type, double[] numbers) {
            var bytes = ByteString.newOutput();
            for (double number : numbers) {
                if (type == DataType.UINT8) {
                    bytes.write((int) number);
                } else {
                    int bits = Float.floatToIntBits((float) number);
                    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
                        bytes.write(bits >>> shift);
                    }
                }
            }
            return AttributeProto.newBuilder()
                    .setName(name)
                    .setType(AttributeType.TENSOR)
                    .setT(ai.onnx.proto.OnnxMl.TensorProto.newBuilder()
                            .setName(name)
                            .setDataType(type.getNumber())
                            .addDims(numbers.length)
                            .setRawData(bytes.toByteString()))
                    .build();
        }
    }

    private TreeModels grow(int count, int depth) {
        for (int tree = 0; tree < count; tree++) {
            grow(tree, new int[1], depth, depth, 1000);
        }
        return this;
    }

    /** Parents first, so that a node's number is its place in the tree; roots split. */
    private int grow(int tree, int[] next, int depth, int most, float cover) {
        int id = next[0]++;
        int at = modes.size();
        trees.add((long) tree);
        ids.add((long) id);
        covers.add(cover);
        boolean leaf = depth == 0 || depth < most && random.nextInt(5) == 0;
        asked.add(leaf ? 0L : (long) random.nextInt(features));
        values.add(leaf ? 0f : (float) random.nextGaussian());
        modes.add(leaf ? "LEAF" : MODES.get(random.nextInt(MODES.size())));
        missing.add(leaf ? 0L : (long) random.nextInt(2));
        yes.add(0L);
        no.add(0L);
        if (leaf) {
            for (int target = 0; target < targets; target++) {
                leafTrees.add((long) tree);
                leafNodes.add((long) id);
                leafTargets.add((long) target);
                weights.add((float) random.nextGaussian() / 4);
            }
            return id;
        }
        float share = 0.1f + 0.8f * random.nextFloat();
        yes.set(at, (long) grow(tree, next, depth - 1, most, cover * share));
        no.set(at, (long) grow(tree, next, depth - 1, most, cover * (1 - share)));
        return id;
    }

    private NodeProto.Builder node(String operator, String output) {
        return OnnxModels.node(operator, output, "input")
                .setDomain("ai.onnx.ml")
                .addAttribute(wholes("nodes_treeids", trees))
                .addAttribute(wholes("nodes_nodeids", ids))
                .addAttribute(wholes("nodes_featureids", asked))
                .addAttribute(wholes("nodes_truenodeids", yes))
                .addAttribute(wholes("nodes_falsenodeids", no))
                .addAttribute(wholes("nodes_missing_value_tracks_true", missing))
                .addAttribute(AttributeProto.newBuilder()
                        .setName("nodes_modes")
                        .setType(AttributeType.STRINGS)
                        .addAllStrings(
                                modes.stream().map(ByteString::copyFromUtf8).toList()))
                .addAttribute(reals("nodes_values", values))
                .addAttribute(wholes(leaves + "_treeids", leafTrees))
                .addAttribute(wholes(leaves + "_nodeids", leafNodes))
                .addAttribute(wholes(leaves + "_ids", leafTargets))
                .addAttribute(reals(leaves + "_weights", weights));
    }

    private AttributeProto wholes(String name, List<Long> numbers) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INTS)
                .addAllInts(numbers)
                .build();
    }

    private AttributeProto reals(String name, List<Float> numbers) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.FLOATS)
                .addAllFloats(numbers)
                .build();
    }

    private static AttributeProto whole(String name, long number) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INT)
                .setI(number)
                .build();
    }

    private static AttributeProto text(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build();
    }
}
