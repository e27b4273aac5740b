package io.millrace.inference.engine.form;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads TreeEnsemble (ai.onnx.ml 5), whose splits and leaves are numbered apart. */
final class TreesNode {
    private static final String[] MODES = {
        "BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ", "BRANCH_MEMBER"
    };
    private static final String[] AGGREGATES = {"AVERAGE", "SUM", "MIN", "MAX"};

    private TreesNode() {}

    static Forest read(Attributes attributes, Columns input) throws UnreadException {
        double[] modes = attributes.reals("nodes_modes");
        int splits = modes.length;
        double[] weights = attributes.reals("leaf_weights");
        ForestParts.checkSize(splits + weights.length);
        long[] targets = wholes(attributes, "leaf_targetids", weights.length);
        double[] values = attributes.reals("nodes_splits", splits);
        long[] features = wholes(attributes, "nodes_featureids", splits);
        long[] missing = attributes.has("nodes_missing_value_tracks_true")
                ? wholes(attributes, "nodes_missing_value_tracks_true", splits)
                : new long[splits];
        Children yes = new Children(attributes, "true", splits, weights.length);
        Children no = new Children(attributes, "false", splits, weights.length);
        int sums = Math.toIntExact(attributes.whole("n_targets", 1));
        var parts = new ForestParts(splits + weights.length);
        var nodes = new ArrayList<Forest.Node>();
        boolean[] root = new boolean[splits + weights.length];
        for (long at : attributes.wholes("tree_roots")) {
            if (at < 0 || at >= splits) {
                throw new UnreadException("has a root " + at + " of " + splits + " nodes");
            }
            // A tree of one leaf is a node whose children are that leaf.
            int place = (int) at;
            root[yes.of(place) == no.of(place) ? yes.of(place) : place] = true;
        }
        for (int i = 0; i < splits; i++) {
            if (yes.of(i) == no.of(i)) {
                nodes.add(ForestParts.leaf(List.of(), 1));
                continue;
            }
            String mode = modes[i] >= 0 && modes[i] < MODES.length ? MODES[(int) modes[i]] : "mode " + modes[i];
            nodes.add(ForestParts.split(
                    mode,
                    input,
                    features[i],
                    values[i],
                    parts.child(yes.of(i), i),
                    parts.child(no.of(i), i),
                    missing[i] != 0,
                    1));
        }
        for (int i = 0; i < weights.length; i++) {
            if (targets[i] < 0 || targets[i] >= sums) {
                throw new UnreadException("has a leaf of target " + targets[i] + " of " + sums);
            }
            nodes.add(ForestParts.leaf(List.of(new double[] {targets[i], weights[i]}), 1));
        }
        int[] roots = Arrays.stream(parts.roots()).filter(at -> root[at]).toArray();
        int aggregate = Math.toIntExact(attributes.whole("aggregate_function", 1));
        double divisor = ForestParts.divisor(
                aggregate >= 0 && aggregate < AGGREGATES.length ? AGGREGATES[aggregate] : "aggregate " + aggregate,
                roots.length);
        return new Forest(input, nodes, roots, new double[sums], divisor, false);
    }

    private static long[] wholes(Attributes attributes, String name, int expected) throws UnreadException {
        long[] wholes = attributes.wholes(name);
        if (wholes.length != expected) {
            throw new UnreadException(
                    "has " + wholes.length + " numbers in '" + name + "', where " + expected + " are expected");
        }
        return wholes;
    }

    /** Where splits lead to, as places among all nodes, splits first. */
    private static final class Children {
        private final int[] places;

        Children(Attributes attributes, String which, int splits, int leaves) throws UnreadException {
            long[] ids = wholes(attributes, "nodes_" + which + "nodeids", splits);
            long[] areLeaves = wholes(attributes, "nodes_" + which + "leafs", splits);
            places = new int[splits];
            for (int i = 0; i < splits; i++) {
                boolean leaf = areLeaves[i] != 0;
                if (ids[i] < 0 || ids[i] >= (leaf ? leaves : splits)) {
                    throw new UnreadException("has no " + (leaf ? "leaf " : "node ") + ids[i]);
                }
                places[i] = (int) ids[i] + (leaf ? splits : 0);
            }
        }

        int of(int split) {
            return places[split];
        }
    }
}
