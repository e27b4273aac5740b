package io.millrace.models.kernel.learn;

import java.util.List;

/**
 * A forest as plain numbers: the mean of its trees by their weights. It does not change when its learner goes on.
 *
 * @param space what the columns and slots are
 * @param weights of the trees, at least 0; where all are 0 the prediction is one half
 * @param trees at least one
 */
public record ForestForm(FeatureSpace space, double[] weights, List<TreeForm> trees) {
    public ForestForm {
        trees = List.copyOf(trees);
        if (trees.isEmpty() || weights.length != trees.size()) {
            throw new IllegalArgumentException(weights.length + " weights of " + trees.size() + " trees");
        }
    }

    /** A tree as a forest of one. */
    public static ForestForm of(TreeForm tree) {
        return new ForestForm(tree.space(), new double[] {1}, List.of(tree));
    }

    /** What the learner predicts for a row, but for rounding. */
    public double evaluate(Example example) {
        double votes = 0;
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            votes += weights[i] * trees.get(i).evaluate(example);
            sum += weights[i];
        }
        return sum > 0 ? votes / sum : 0.5;
    }
}
