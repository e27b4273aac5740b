package io.millrace.models.kernel.explain;

import java.util.List;

/** A decision tree: its root comes first, children after their parents. */
public final class Tree {
    private static final int MOST_DEPTH = 128;

    private final TreeNode[] nodes;
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
        double share = share(node);
        return share * expected(node.below()) + (1 - share) * expected(node.other());
    }

    /** How much of what comes to a node goes below. */
    double share(TreeNode node) {
        double below = nodes[node.below()].cover();
        return below / (below + nodes[node.other()].cover());
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

    int highestFeature() {
        int highest = -1;
        for (TreeNode node : nodes) {
            highest = Math.max(highest, node.feature());
        }
        return highest;
    }
}
