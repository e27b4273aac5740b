package io.millrace.models.kernel.learn;

import java.util.List;

/**
 * A tree as plain numbers, its root first. It does not change when its learner goes on.
 *
 * @param space what the columns and slots are
 */
public record TreeForm(FeatureSpace space, List<Node> nodes) {
    /** A test, or a leaf of either kind. */
    public sealed interface Node {}

    /**
     * @param column a dense column; from {@link FeatureSpace#denseColumns} on a category
     * @param threshold a number at most this goes left
     * @param slot a category with this slot goes left; −1 where the column is a number
     * @param left index of the node
     * @param right index of the node; here goes what does not go left, a missing category among it
     */
    public record Split(int column, double threshold, int slot, int left, int right) implements Node {}

    /** A leaf that gives one probability. */
    public record Share(double probability) implements Node {}

    /**
     * A leaf of Gaussian naive Bayes: the probability is logistic(constant + Σ curve · (x − mean)²).
     *
     * @param columns the dense columns that it looks at
     * @param means of the negative class for each of these columns, then of the positive
     * @param curves in the same order
     */
    public record Bayes(double constant, int[] columns, double[] means, double[] curves) implements Node {}

    public TreeForm {
        nodes = List.copyOf(nodes);
    }

    /** What the learner predicts for a row, but for rounding. */
    public double evaluate(Example example) {
        int at = 0;
        while (true) {
            switch (nodes.get(at)) {
                case Share(double probability) -> {
                    return probability;
                }
                case Bayes bayes -> {
                    return probability(bayes, example);
                }
                case Split split -> at = goesLeft(split, example) ? split.left() : split.right();
            }
        }
    }

    private static boolean goesLeft(Split split, Example example) {
        return split.slot() < 0
                ? example.dense[split.column()] <= split.threshold()
                : example.slots[split.column() - example.dense.length] == split.slot();
    }

    private static double probability(Bayes bayes, Example example) {
        double score = bayes.constant();
        int n = bayes.columns().length;
        for (int i = 0; i < n; i++) {
            double value = example.dense[bayes.columns()[i]];
            double fromNegative = value - bayes.means()[i];
            double fromPositive = value - bayes.means()[n + i];
            score += bayes.curves()[i] * fromNegative * fromNegative
                    + bayes.curves()[n + i] * fromPositive * fromPositive;
        }
        return LinearForm.Link.LOGISTIC.of(score);
    }
}
