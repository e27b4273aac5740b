package io.millrace.models.kernel.explain;

/**
 * A node of a tree.
 *
 * @param feature that is compared; −1 of a leaf
 * @param threshold below which the way goes to {@code below}, as in XGBoost; for trees that compare with ≤ give {@code Math.nextUp} of theirs
 * @param below place of the child for smaller values, after the node's own
 * @param other place of the child for all others, after the node's own
 * @param missingBelow whether a missing value (NaN) goes below
 * @param value what a leaf gives
 * @param cover how much of the training data came here, above 0: rows, or the sum of their weights
 */
public record TreeNode(
        int feature, double threshold, int below, int other, boolean missingBelow, double value, double cover) {
    /** A node that gives a value. */
    public static TreeNode leaf(double value, double cover) {
        return new TreeNode(-1, 0, 0, 0, false, value, cover);
    }

    /** A node that decides. */
    public static TreeNode split(
            int feature, double threshold, int below, int other, boolean missingBelow, double cover) {
        return new TreeNode(feature, threshold, below, other, missingBelow, 0, cover);
    }

    public TreeNode {
        if (!(cover > 0) || Double.isInfinite(cover)) {
            throw new IllegalArgumentException("the cover of a node must be above 0, was " + cover);
        }
    }

    TreeNode covering(double other) {
        return new TreeNode(feature, threshold, below, this.other, missingBelow, value, other);
    }

    boolean isLeaf() {
        return feature < 0;
    }

    /** Where a row goes on. */
    int next(double[] row) {
        double x = row[feature];
        return x < threshold || missingBelow && Double.isNaN(x) ? below : other;
    }
}
