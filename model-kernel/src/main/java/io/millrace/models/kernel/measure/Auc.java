package io.millrace.models.kernel.measure;

import java.util.Arrays;

/** The area under the ROC curve of scores that are all at hand: exact, with its standard error. */
public final class Auc {
    private Auc() {}

    /**
     * The chance that one of the positives scores above one of the negatives, ties as one half, with the standard error of DeLong, DeLong and Clarke-Pearson 1988. Sorts both arrays.
     *
     * @return {@link Estimate#NONE} without positives or negatives; the error is NaN with one of either
     */
    public static Estimate of(double[] positives, double[] negatives) {
        int m = positives.length;
        int n = negatives.length;
        if (m == 0 || n == 0) {
            return Estimate.NONE;
        }
        Arrays.sort(positives);
        Arrays.sort(negatives);
        double[] overNegatives = placements(positives, negatives);
        double[] overPositives = placements(negatives, positives);
        double auc = mean(overNegatives);
        double error = Math.sqrt(variance(overNegatives) / m + variance(overPositives) / n);
        return new Estimate(auc, m < 2 || n < 2 ? Double.NaN : error);
    }

    /** For each of the one, which share of the other lies below it; both sorted. */
    private static double[] placements(double[] of, double[] among) {
        double[] placements = new double[of.length];
        int below = 0;
        int notAbove = 0;
        for (int i = 0; i < of.length; i++) {
            while (below < among.length && among[below] < of[i]) {
                below++;
            }
            notAbove = Math.max(notAbove, below);
            while (notAbove < among.length && among[notAbove] <= of[i]) {
                notAbove++;
            }
            placements[i] = (below + notAbove) / 2.0 / among.length;
        }
        return placements;
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double variance(double[] values) {
        double mean = mean(values);
        double sum = 0;
        for (double value : values) {
            sum += (value - mean) * (value - mean);
        }
        return sum / (values.length - 1);
    }

    /** The standard error of an area from the numbers of positives and negatives alone (Hanley and McNeil 1982); NaN without either. */
    static double hanleyMcNeil(double auc, long positives, long negatives) {
        double twoPositives = auc / (2 - auc) - auc * auc;
        double twoNegatives = 2 * auc * auc / (1 + auc) - auc * auc;
        double variance = auc * (1 - auc) + (positives - 1.0) * twoPositives + (negatives - 1.0) * twoNegatives;
        return Math.sqrt(Math.max(0, variance) / ((double) positives * negatives));
    }
}
