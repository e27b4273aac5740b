package io.millrace.inference.engine.form;

import io.millrace.models.kernel.explain.Tree;
import io.millrace.models.kernel.explain.TreeEnsemble;
import io.millrace.models.kernel.explain.TreeNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Trees of a node of the graph, of any number of targets.
 *
 * @param input what they ask
 * @param roots places of their roots
 * @param base what the sums begin with, by target
 * @param divisor what the sums are divided by before that: 1, or the number of trees where they are averaged
 * @param covered whether the nodes have the file's covers
 */
record Forest(Columns input, List<Node> nodes, int[] roots, double[] base, double divisor, boolean covered) {
    /**
     * A node of a tree.
     *
     * @param below place of the child for {@code x < threshold}; -1 of a leaf
     * @param targets of a leaf; what it adds to each stands in {@code weights}
     */
    record Node(
            int feature,
            double threshold,
            int below,
            int other,
            boolean missingBelow,
            double cover,
            int[] targets,
            double[] weights) {
        boolean isLeaf() {
            return below < 0;
        }
    }

    /** The trees of a target, {@code bias + factor · sum}. */
    TreeEnsemble ensemble(int target, double factor, double bias) throws UnreadException {
        var trees = new ArrayList<Tree>();
        for (int root : roots) {
            var nodes = new ArrayList<TreeNode>();
            boolean any = add(root, target, factor / divisor, nodes, 0);
            if (any) {
                trees.add(tree(nodes));
            }
        }
        if (trees.isEmpty()) {
            trees.add(new Tree(List.of(TreeNode.leaf(0, 1))));
        }
        return new TreeEnsemble(bias + factor * base[target], trees, input.count());
    }

    private static Tree tree(List<TreeNode> nodes) throws UnreadException {
        try {
            return new Tree(nodes);
        } catch (IllegalArgumentException e) {
            throw new UnreadException("has " + e.getMessage());
        }
    }

    /** Adds what is below a node, parents first; says whether any of it adds to the target. */
    private boolean add(int place, int target, double factor, List<TreeNode> into, int depth) throws UnreadException {
        if (depth > Tree.MOST_DEPTH) {
            throw new UnreadException("has a tree that is deeper than " + Tree.MOST_DEPTH);
        }
        Node node = nodes.get(place);
        if (node.isLeaf()) {
            double value = 0;
            boolean any = false;
            for (int i = 0; i < node.targets().length; i++) {
                if (node.targets()[i] == target) {
                    value += node.weights()[i];
                    any = true;
                }
            }
            into.add(TreeNode.leaf(value * factor, node.cover()));
            return any;
        }
        int at = into.size();
        into.add(TreeNode.leaf(0, node.cover()));
        boolean any = add(node.below(), target, factor, into, depth + 1);
        int other = into.size();
        any |= add(node.other(), target, factor, into, depth + 1);
        into.set(
                at, TreeNode.split(node.feature(), node.threshold(), at + 1, other, node.missingBelow(), node.cover()));
        return any;
    }
}
