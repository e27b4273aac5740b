package io.millrace.models.kernel.explain;

/**
 * Path-dependent TreeSHAP (Lundberg et al., From local explanations to global understanding with explainable AI for trees, 2020, algorithm 2; Lundberg, Erion and Lee 2018): the Shapley values of a tree, where a feature
 * that is not known sends a row both ways, by the covers. Takes time as leaves × depth².
 *
 * <p>On the way down it keeps, for all sizes of subsets of the features of the path at once, which share of them leads to the node. Going down extends the path; a feature that occurs again is unwound first.
 */
final class TreeShap {
    private final double[] row;
    private final double[] values;

    /** For each depth a stretch of its own, one longer than the one before. */
    private final int[] feature;

    /** The share of the rows that would go on if the feature were not known. */
    private final double[] unknown;

    /** Whether the row goes on: 1 or 0. */
    private final double[] known;

    private final double[] weight;

    /**
     * For one row.
     *
     * @param depth of the deepest tree
     * @param values what each feature contributed; {@link #add} adds to it
     */
    TreeShap(int depth, double[] row, double[] values) {
        this.row = row;
        this.values = values;
        int size = (depth + 2) * (depth + 3) / 2;
        feature = new int[size];
        unknown = new double[size];
        known = new double[size];
        weight = new double[size];
    }

    void add(Tree tree) {
        down(tree, 0, 0, 0, 1, 1, -1);
    }

    /** Goes to a node by a feature, with the path of its parent in the stretch before {@code from}. */
    private void down(Tree tree, int place, int from, int length, double unknownShare, double knownShare, int by) {
        extend(from, length, unknownShare, knownShare, by);
        TreeNode node = tree.node(place);
        if (node.isLeaf()) {
            for (int i = 1; i <= length; i++) {
                double share = unwoundSum(from, length, i);
                values[feature[from + i]] += share * (known[from + i] - unknown[from + i]) * node.value();
            }
            return;
        }
        int hot = node.next(row);
        double below = tree.share(place);
        double hotShare = hot == node.below() ? below : 1 - below;
        double before = 1;
        double knownBefore = 1;
        int reached = length;
        for (int i = 1; i <= length; i++) {
            if (feature[from + i] == node.feature()) {
                before = unknown[from + i];
                knownBefore = known[from + i];
                unwind(from, length, i);
                reached--;
                break;
            }
        }
        int cold = hot == node.below() ? node.other() : node.below();
        int next = from + length + 1;
        copy(from, next, reached);
        down(tree, hot, next, reached + 1, before * hotShare, knownBefore, node.feature());
        copy(from, next, reached);
        down(tree, cold, next, reached + 1, before * (1 - hotShare), 0, node.feature());
    }

    private void copy(int from, int to, int length) {
        System.arraycopy(feature, from, feature, to, length + 1);
        System.arraycopy(unknown, from, unknown, to, length + 1);
        System.arraycopy(known, from, known, to, length + 1);
        System.arraycopy(weight, from, weight, to, length + 1);
    }

    private void extend(int from, int length, double unknownShare, double knownShare, int by) {
        feature[from + length] = by;
        unknown[from + length] = unknownShare;
        known[from + length] = knownShare;
        weight[from + length] = length == 0 ? 1 : 0;
        for (int i = length - 1; i >= 0; i--) {
            weight[from + i + 1] += knownShare * weight[from + i] * (i + 1) / (length + 1);
            weight[from + i] = unknownShare * weight[from + i] * (length - i) / (length + 1);
        }
    }

    /** Takes a place out of the path, as if it had not been extended by it. */
    private void unwind(int from, int length, int place) {
        double one = known[from + place];
        double zero = unknown[from + place];
        double next = weight[from + length];
        for (int i = length - 1; i >= 0; i--) {
            if (one != 0) {
                double held = weight[from + i];
                weight[from + i] = next * (length + 1) / ((i + 1) * one);
                next = held - weight[from + i] * zero * (length - i) / (length + 1);
            } else if (zero != 0) {
                weight[from + i] = weight[from + i] * (length + 1) / (zero * (length - i));
            }
        }
        for (int i = place; i < length; i++) {
            feature[from + i] = feature[from + i + 1];
            unknown[from + i] = unknown[from + i + 1];
            known[from + i] = known[from + i + 1];
        }
    }

    /** The sum of the weights that {@link #unwind} would leave. */
    private double unwoundSum(int from, int length, int place) {
        double one = known[from + place];
        double zero = unknown[from + place];
        double next = weight[from + length];
        double sum = 0;
        for (int i = length - 1; i >= 0; i--) {
            if (one != 0) {
                double left = next * (length + 1) / ((i + 1) * one);
                sum += left;
                next = weight[from + i] - left * zero * (length - i) / (length + 1);
            } else if (zero != 0) {
                sum += weight[from + i] * (length + 1) / (zero * (length - i));
            }
        }
        return sum;
    }
}
