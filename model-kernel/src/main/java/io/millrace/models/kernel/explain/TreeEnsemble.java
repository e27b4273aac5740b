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
        int depth = 0;
        for (Tree tree : trees) {
            depth = Math.max(depth, tree.depth());
        }
        var shap = new TreeShap(depth, row, values);
        for (Tree tree : trees) {
            expected += tree.expected();
            shap.add(tree);
        }
        return Contributions.exact(expected, values);
    }

    /** What the largest values of the trees add up to, by size: no sum on the way is beyond. */
    public double largestSum() {
        double sum = Math.abs(base);
        for (Tree tree : trees) {
            sum += tree.largest();
        }
        return sum;
    }

    /** What a split compares. */
    @FunctionalInterface
    public interface Splits {
        void split(int feature, double threshold);
    }

    /** Gives all splits, tree by tree. */
    public void forEachSplit(Splits to) {
        for (Tree tree : trees) {
            tree.forEachSplit(to);
        }
    }

    /** The same trees with the covers that these rows give them: {@link Tree#covered}. */
    public TreeEnsemble covered(double[][] rows) {
        return new TreeEnsemble(
                base, trees.stream().map(tree -> tree.covered(rows)).toList(), features);
    }
}
