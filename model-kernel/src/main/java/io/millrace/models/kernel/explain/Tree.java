package io.millrace.models.kernel.explain;

import java.util.ArrayList;
import java.util.List;

/** A decision tree: its root comes first, children after their parents. */
public final class Tree {
    /** Of a tree, in nodes below the root. */
    public static final int MOST_DEPTH = 128;

    private final TreeNode[] nodes;
    /** By node, how much of what comes there goes below. */
    private final double[] shares;

    private final int depth;
    private final double expected;

    /**
     * A tree of nodes.
     *
     * @throws IllegalArgumentException where a child does not come after its parent, a node has two parents or none, or the tree is deeper than 128
     */
    public Tree(List<TreeNode> nodes) {
        this.nodes = nodes.toArray(TreeNode[]::new);
        if (this.nodes.length == 0) {
            throw new IllegalArgumentException("a tree has a node");
        }
        int[] depths = new int[this.nodes.length];
        int deepest = 0;
        for (int i = 0; i < this.nodes.length; i++) {
            if (i > 0 && depths[i] == 0) {
                throw new IllegalArgumentException("nobody leads to node " + i);
            }
            TreeNode node = this.nodes[i];
            if (!node.isLeaf()) {
                deepest = Math.max(deepest, depths[i] + 1);
                lead(i, node.below(), depths);
                lead(i, node.other(), depths);
            }
        }
        if (deepest > MOST_DEPTH) {
            throw new IllegalArgumentException("a tree of depth " + deepest);
        }
        this.depth = deepest;
        this.shares = new double[this.nodes.length];
        for (int i = 0; i < shares.length; i++) {
            TreeNode node = this.nodes[i];
            if (!node.isLeaf()) {
                double below = this.nodes[node.below()].cover();
                shares[i] = below / (below + this.nodes[node.other()].cover());
            }
        }
        this.expected = expected(0);
    }

    private static void lead(int from, int to, int[] depths) {
        if (to <= from || to >= depths.length || depths[to] != 0) {
            throw new IllegalArgumentException("node " + from + " leads to " + to);
        }
        depths[to] = depths[from] + 1;
    }

    private double expected(int place) {
        TreeNode node = nodes[place];
        if (node.isLeaf()) {
            return node.value();
        }
        double share = shares[place];
        return share * expected(node.below()) + (1 - share) * expected(node.other());
    }

    /** How much of what comes to a node goes below. */
    double share(int place) {
        return shares[place];
    }

    /**
     * The same tree with the covers that these rows give it. One row's weight is spread evenly over the leaves, so that a node where no row comes has a cover, too; without rows the leaves alone count.
     *
     * @param rows with as many values as the tree's features need
     */
    public Tree covered(double[][] rows) {
        double[] covers = new double[nodes.length];
        int leaves = 0;
        for (TreeNode node : nodes) {
            leaves += node.isLeaf() ? 1 : 0;
        }
        for (int i = 0; i < nodes.length; i++) {
            covers[i] = nodes[i].isLeaf() ? 1.0 / leaves : 0;
        }
        for (double[] row : rows) {
            int place = 0;
            while (!nodes[place].isLeaf()) {
                place = nodes[place].next(row);
            }
            covers[place]++;
        }
        for (int i = nodes.length - 1; i >= 0; i--) {
            TreeNode node = nodes[i];
            if (!node.isLeaf()) {
                covers[i] = covers[node.below()] + covers[node.other()];
            }
        }
        var covered = new ArrayList<TreeNode>(nodes.length);
        for (int i = 0; i < nodes.length; i++) {
            covered.add(nodes[i].covering(covers[i]));
        }
        return new Tree(covered);
    }

    TreeNode node(int place) {
        return nodes[place];
    }

    int depth() {
        return depth;
    }

    /** What the tree gives of a row. */
    public double score(double[] row) {
        TreeNode node = nodes[0];
        while (!node.isLeaf()) {
            node = nodes[node.next(row)];
        }
        return node.value();
    }

    /** What the tree gives on average, by the covers. */
    public double expected() {
        return expected;
    }

    double largest() {
        double largest = 0;
        for (TreeNode node : nodes) {
            largest = Math.max(largest, Math.abs(node.value()));
        }
        return largest;
    }

    void forEachSplit(TreeEnsemble.Splits to) {
        for (TreeNode node : nodes) {
            if (!node.isLeaf()) {
                to.split(node.feature(), node.threshold());
            }
        }
    }

    int highestFeature() {
        int highest = -1;
        for (TreeNode node : nodes) {
            highest = Math.max(highest, node.feature());
        }
        return highest;
    }
}
