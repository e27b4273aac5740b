package io.millrace.models.kernel.learn;

/**
 * The best split of a leaf and how far it is ahead: information gain over ten thresholds between a number's least and most, by the normal
 * distribution of each class, and over each slot of a category against the rest.
 */
final class SplitSearch {
    private static final int THRESHOLDS = 10;

    /** A way with less of the weight than this does not count as one. */
    private static final double LEAST_WAY = 0.01;

    private final Leaf leaf;
    private final Observations of;
    private final double entropy;

    double bestMerit = Double.NEGATIVE_INFINITY;
    double secondMerit = Double.NEGATIVE_INFINITY;
    int bestColumn = -1;
    double bestThreshold;
    int bestSlot = -1;

    /** The weight of each class that goes left. */
    final double[] bestLeft = new double[2];

    private double merit;
    private double threshold;
    private int slot;
    private double left0;
    private double left1;

    SplitSearch(Leaf leaf, Observations of) {
        this.leaf = leaf;
        this.of = of;
        entropy = entropy(leaf.seen[0], leaf.seen[1]);
        for (int place = 0; place < of.columns.length; place++) {
            merit = Double.NEGATIVE_INFINITY;
            Observations.Slots category = of.slots(place);
            if (category != null) searchSlots(category);
            else searchThresholds(place);
            take(of.columns[place]);
        }
    }

    private void searchSlots(Observations.Slots category) {
        for (int i = 0; i < category.size; i++) {
            if (category.slots[i] == Example.ABSENT) continue;
            consider(category.weights[0][i], category.weights[1][i], 0, category.slots[i]);
        }
    }

    private void searchThresholds(int place) {
        double least = of.least(place);
        double width = (of.most(place) - least) / (THRESHOLDS + 1);
        if (!(width > 0)) return;
        for (int i = 1; i <= THRESHOLDS; i++) {
            double at = least + i * width;
            consider(below(0, place, at), below(1, place, at), at, -1);
        }
    }

    private double below(int label, int place, double at) {
        int index = label * of.columns.length + place;
        double weight = leaf.seen[label];
        if (weight == 0 || at < of.least[index]) return 0;
        if (at >= of.most[index]) return weight;
        return weight * normal((at - of.means[index]) / Math.sqrt(of.variance(label, place, weight)));
    }

    private void consider(double negative, double positive, double at, int ofSlot) {
        double right0 = leaf.seen[0] - negative;
        double right1 = leaf.seen[1] - positive;
        double left = negative + positive;
        double right = right0 + right1;
        double whole = left + right;
        if (Math.min(left, right) < LEAST_WAY * whole) return;
        double gain = entropy - (left * entropy(negative, positive) + right * entropy(right0, right1)) / whole;
        if (gain > merit) {
            merit = gain;
            threshold = at;
            slot = ofSlot;
            left0 = negative;
            left1 = positive;
        }
    }

    private void take(int column) {
        if (merit > bestMerit) {
            secondMerit = bestMerit;
            bestMerit = merit;
            bestColumn = column;
            bestThreshold = threshold;
            bestSlot = slot;
            bestLeft[0] = left0;
            bestLeft[1] = left1;
        } else if (merit > secondMerit) {
            secondMerit = merit;
        }
    }

    private static double entropy(double negative, double positive) {
        double whole = negative + positive;
        if (negative <= 0 || positive <= 0) return 0;
        double p = negative / whole;
        return -(p * StrictMath.log(p) + (1 - p) * StrictMath.log(1 - p)) / LOG_2;
    }

    private static final double LOG_2 = StrictMath.log(2);

    /** The normal distribution function to 1e-7 (Abramowitz and Stegun 1964, 7.1.26). */
    static double normal(double deviations) {
        double x = Math.abs(deviations) / Math.sqrt(2);
        double t = 1 / (1 + 0.3275911 * x);
        double tail = t
                * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
                * StrictMath.exp(-x * x);
        return deviations < 0 ? 0.5 * tail : 1 - 0.5 * tail;
    }
}
