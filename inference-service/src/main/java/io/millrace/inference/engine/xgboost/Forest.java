package io.millrace.inference.engine.xgboost;

import java.util.List;

/**
 * A gradient boosted forest.
 *
 * @param features how many a row has
 * @param names of the features, in order; none where the file does not tell
 * @param base what the sums begin with, one per output
 * @param trees in the order in which they are added up
 */
record Forest(Objective objective, int features, List<String> names, float[] base, List<Tree> trees) {
    Forest {
        names = List.copyOf(names);
        trees = List.copyOf(trees);
    }

    /** How many sums there are: 1, or the number of classes. */
    int outputs() {
        return base.length;
    }

    /** What XGBoost adds up for a row, in its order and its precision. */
    float[] sums(float[] row) {
        float[] sums = base.clone();
        for (Tree tree : trees) {
            sums[tree.output()] += tree.leaf(row);
        }
        return sums;
    }

    /** What XGBoost answers for a row. */
    double[] prediction(float[] row) {
        return objective.prediction(sums(row));
    }
}
