package io.millrace.models.kernel.explain;

import io.millrace.models.kernel.random.Seeded;

/** Permutation importance (Breiman 2001, section 10; Fisher, Rudin and Dominici 2019) without labels: how far predictions move on average where a feature's values are shuffled among the rows. */
public final class PermutationImportance {
    private PermutationImportance() {}

    /**
     * Mean absolute change of the score by group of features. Asks the model once for all rows, and once for each group.
     *
     * @param rows at least 2
     * @param groups places of features that are shuffled together
     */
    public static double[] of(SampledShapley.Scores model, double[][] rows, int[][] groups, long seed) {
        if (rows.length < 2) {
            throw new IllegalArgumentException("there is nothing to shuffle among " + rows.length + " rows");
        }
        double[] before = model.of(rows);
        double[] importance = new double[groups.length];
        var random = new Seeded(seed);
        for (int group = 0; group < groups.length; group++) {
            int[] from = new int[rows.length];
            for (int i = 0; i < from.length; i++) {
                int other = random.below(i + 1);
                from[i] = from[other];
                from[other] = i;
            }
            double[][] shuffled = new double[rows.length][];
            for (int i = 0; i < shuffled.length; i++) {
                shuffled[i] = rows[i].clone();
                for (int feature : groups[group]) {
                    shuffled[i][feature] = rows[from[i]][feature];
                }
            }
            double[] after = model.of(shuffled);
            for (int i = 0; i < after.length; i++) {
                importance[group] += (Math.abs(after[i] - before[i]) - importance[group]) / (i + 1);
            }
        }
        return importance;
    }
}
