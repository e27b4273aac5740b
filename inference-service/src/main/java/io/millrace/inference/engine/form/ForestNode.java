package io.millrace.inference.engine.form;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads TreeEnsembleRegressor and TreeEnsembleClassifier (ai.onnx.ml 1 to 3), whose nodes and leaves stand in lists beside each other. */
final class ForestNode {
    /** A node's name in the file. */
    private record Id(long tree, long node) {}

    private final Attributes attributes;
    private final String leaves;
    private final Map<Id, Integer> places = new HashMap<>();

    private ForestNode(Attributes attributes, String leaves) {
        this.attributes = attributes;
        this.leaves = leaves;
    }

    /**
     * @param leaves how the attributes of leaves begin: {@code target} or {@code class}
     * @param targets how many sums there are
     */
    static Forest read(Attributes attributes, String leaves, int targets, Columns input) throws UnreadException {
        return read(attributes, leaves, targets, input, base(attributes, targets));
    }

    /** The same with what the sums begin with. */
    static Forest read(Attributes attributes, String leaves, int targets, Columns input, double[] base)
            throws UnreadException {
        return new ForestNode(attributes, leaves).forest(targets, input, base);
    }

    private Forest forest(int targets, Columns input, double[] base) throws UnreadException {
        long[] trees = attributes.wholes("nodes_treeids");
        int count = trees.length;
        ForestParts.checkSize(count);
        long[] ids = wholes("nodes_nodeids", count);
        for (int i = 0; i < count; i++) {
            if (places.put(new Id(trees[i], ids[i]), i) != null) {
                throw new UnreadException("has node " + ids[i] + " of tree " + trees[i] + " twice");
            }
        }
        List<String> modes = attributes.texts("nodes_modes");
        if (modes.size() != count) {
            throw new UnreadException("has " + modes.size() + " modes for " + count + " nodes");
        }
        long[] features = wholes("nodes_featureids", count);
        long[] whenTrue = wholes("nodes_truenodeids", count);
        long[] whenFalse = wholes("nodes_falsenodeids", count);
        long[] missing = attributes.has("nodes_missing_value_tracks_true")
                ? wholes("nodes_missing_value_tracks_true", count)
                : new long[count];
        double[] values = attributes.reals("nodes_values", count);
        double[] covers = covers(count);
        List<List<double[]>> weights = weights(targets, count);
        var parts = new ForestParts(count);
        var nodes = new ArrayList<Forest.Node>(count);
        for (int i = 0; i < count; i++) {
            double cover = covers.length == 0 ? 1 : covers[i];
            if (modes.get(i).equals("LEAF")) {
                nodes.add(ForestParts.leaf(weights.get(i), cover));
                continue;
            }
            int yes = parts.child(place(trees[i], whenTrue[i]), i);
            int no = parts.child(place(trees[i], whenFalse[i]), i);
            nodes.add(ForestParts.split(modes.get(i), input, features[i], values[i], yes, no, missing[i] != 0, cover));
        }
        double divisor = ForestParts.divisor(attributes.text("aggregate_function", "SUM"), parts.roots().length);
        return new Forest(input, nodes, parts.roots(), base, divisor, covers.length > 0);
    }

    private int place(long tree, long node) throws UnreadException {
        Integer place = places.get(new Id(tree, node));
        if (place == null) {
            throw new UnreadException("has no node " + node + " of tree " + tree);
        }
        return place;
    }

    private static double[] base(Attributes attributes, int targets) throws UnreadException {
        double[] base = attributes.reals("base_values");
        if (base.length == 0) {
            return new double[targets];
        }
        if (base.length != targets) {
            throw new UnreadException("has " + base.length + " base values for " + targets + " targets");
        }
        return base;
    }

    /** Where they tell anything: writers that know none put the same number everywhere. */
    private double[] covers(int count) throws UnreadException {
        double[] rates = attributes.reals("nodes_hitrates");
        boolean told = rates.length == count
                && Arrays.stream(rates).allMatch(rate -> rate > 0 && Double.isFinite(rate))
                && Arrays.stream(rates).distinct().limit(2).count() > 1;
        return told ? rates : new double[0];
    }

    /** By node, pairs of a target and what is added to it. */
    private List<List<double[]>> weights(int targets, int count) throws UnreadException {
        var weights = new ArrayList<List<double[]>>(count);
        for (int i = 0; i < count; i++) {
            weights.add(List.of());
        }
        long[] trees = attributes.wholes(leaves + "_treeids");
        long[] nodes = wholes(leaves + "_nodeids", trees.length);
        long[] of = wholes(leaves + "_ids", trees.length);
        double[] values = attributes.reals(leaves + "_weights", trees.length);
        for (int i = 0; i < trees.length; i++) {
            if (of[i] < 0 || of[i] >= targets) {
                throw new UnreadException("has a leaf of target " + of[i] + " of " + targets);
            }
            int place = place(trees[i], nodes[i]);
            if (weights.get(place).isEmpty()) {
                weights.set(place, new ArrayList<>());
            }
            weights.get(place).add(new double[] {of[i], values[i]});
        }
        return weights;
    }

    private long[] wholes(String name, int expected) throws UnreadException {
        long[] wholes = attributes.wholes(name);
        if (wholes.length != expected) {
            throw new UnreadException(
                    "has " + wholes.length + " numbers in '" + name + "', where " + expected + " are expected");
        }
        return wholes;
    }
}
