package io.millrace.local.measure;

import java.util.Arrays;

/** Probabilities beside what came true, and how well they agree. Exact: nothing is binned or sampled. Not thread-safe. */
public final class Scores {
    /** Keeps the logarithm finite for a prediction of exactly 0 or 1, as is usual for log loss. */
    private static final double EPSILON = 1e-15;

    private final Column positives = new Column();
    private final Column negatives = new Column();
    private double lossSum;

    /**
     * Adds one prediction.
     *
     * @param probability of the label being true, 0 to 1
     */
    public void add(double probability, boolean label) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("probability must be within 0 and 1, was " + probability);
        }
        (label ? positives : negatives).add(probability);
        lossSum += loss(probability, label);
    }

    public int size() {
        return positives.size + negatives.size;
    }

    /** Share of true labels; NaN without any. */
    public double baseRate() {
        return (double) positives.size / size();
    }

    /** Mean of −ln(probability that was given to what came true); NaN without any. */
    public double logLoss() {
        return lossSum / size();
    }

    /** Log loss of always predicting {@code rate} on the same labels. */
    public double logLossOfConstant(double rate) {
        return (positives.size * loss(rate, true) + negatives.size * loss(rate, false)) / size();
    }

    /**
     * Area under the ROC curve: how likely a true one scores above a false one, ties counting half (Mann–Whitney U). NaN unless there
     * is one of each.
     */
    public double auc() {
        if (positives.size == 0 || negatives.size == 0) {
            return Double.NaN;
        }
        double[] below = negatives.sorted();
        int less = 0;
        int notGreater = 0;
        double wins = 0;
        for (double score : positives.sorted()) {
            while (less < below.length && below[less] < score) {
                less++;
            }
            while (notGreater < below.length && below[notGreater] <= score) {
                notGreater++;
            }
            wins += (less + notGreater) / 2.0;
        }
        return wins / ((double) positives.size * negatives.size);
    }

    private static double loss(double probability, boolean label) {
        double given = label ? probability : 1 - probability;
        return -Math.log(Math.max(EPSILON, given));
    }

    /** A growing column of numbers. */
    private static final class Column {
        private double[] values = new double[1024];
        private int size;

        void add(double value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, size * 2);
            }
            values[size++] = value;
        }

        double[] sorted() {
            double[] sorted = Arrays.copyOf(values, size);
            Arrays.sort(sorted);
            return sorted;
        }
    }
}
