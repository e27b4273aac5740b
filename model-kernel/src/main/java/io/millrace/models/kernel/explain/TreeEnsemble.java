package io.millrace.models.kernel.explain;

import java.util.List;

/**
 * Trees whose values are added: boosted trees, or a forest whose values were divided by the number of trees.
 *
 * @param base what is added to their sum
 * @param trees at least one
 * @param features how many values a row has
 */
public record TreeEnsemble(double base, List<Tree> trees, int features) {
    public TreeEnsemble {
        trees = List.copyOf(trees);
        for (Tree tree : trees) {
            if (tree.highestFeature() >= features) {
                throw new IllegalArgumentException("feature " + tree.highestFeature() + " of " + features);
            }
        }
    }

    /** What the trees give of a row: for a classifier the margin, in log odds. */
    public double score(double[] row) {
        double sum = base;
        for (Tree tree : trees) {
            sum += tree.score(row);
        }
        return sum;
    }

    /** Exact Shapley values of the trees, additive to {@link #score}: {@link TreeShap}. */
    public Contributions contributions(double[] row) {
        if (row.length != features) {
            throw new IllegalArgumentException(features + " features, got " + row.length);
        }
        double[] values = new double[features];
        double expected = base;
        for (Tree tree : trees) {
            expected += tree.expected();
            new TreeShap(tree, row, values).add();
        }
        return Contributions.exact(expected, values);
    }
}
