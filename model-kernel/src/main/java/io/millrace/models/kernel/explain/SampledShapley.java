package io.millrace.models.kernel.explain;

import io.millrace.models.kernel.random.Seeded;
import java.util.function.ToDoubleFunction;

/**
 * Shapley values of any model by permutations (Castro, Gómez and Tejada 2009; Štrumbelj and Kononenko 2014): a feature that is not known has the value of a row of the background. Each permutation is walked forth and back
 * (antithetic, as in Mitchell, Cooper, Frank and Holmes 2022), and the spread over such pairs gives the standard error.
 */
public final class SampledShapley {
    private final ToDoubleFunction<double[]> model;
    private final double[][] background;

    /**
     * Of a model.
     *
     * @param model gives a finite score of a row, and keeps no row
     * @param background rows of the reference, at least one: they are taken in turn
     */
    public SampledShapley(ToDoubleFunction<double[]> model, double[][] background) {
        if (background.length == 0) {
            throw new IllegalArgumentException("contributions are measured against a background");
        }
        this.model = model;
        this.background = background.clone();
    }

    /**
     * What each feature contributed. Additive to the score of the row within rounding, whatever the sampling error of each is; the base is the mean score of the background rows that were taken. Asks the model
     * {@code pairs} × 2 × (features) times.
     *
     * @param pairs of permutations, at least 2; a multiple of the background's rows takes each as often
     */
    public Contributions contributions(double[] row, int pairs, long seed) {
        if (pairs < 2) {
            throw new IllegalArgumentException("an error needs 2 pairs of permutations, got " + pairs);
        }
        int d = row.length;
        var random = new Seeded(seed);
        double[] mean = new double[d];
        double[] squares = new double[d];
        double base = 0;
        double whole = model.applyAsDouble(row.clone());
        int[] order = new int[d];
        for (int i = 0; i < d; i++) {
            order[i] = i;
        }
        double[] once = new double[d];
        for (int pair = 1; pair <= pairs; pair++) {
            shuffle(order, random);
            double[] other = background[(pair - 1) % background.length];
            double empty = model.applyAsDouble(other.clone());
            base += (empty - base) / pair;
            java.util.Arrays.fill(once, 0);
            walk(row, other, order, false, empty, whole, once);
            walk(row, other, order, true, empty, whole, once);
            for (int i = 0; i < d; i++) {
                double gap = once[i] / 2 - mean[i];
                mean[i] += gap / pair;
                squares[i] += gap * (once[i] / 2 - mean[i]);
            }
        }
        double[] errors = new double[d];
        for (int i = 0; i < d; i++) {
            errors[i] = Math.sqrt(squares[i] / (pairs - 1) / pairs);
        }
        return new Contributions(base, mean, errors);
    }

    /** Puts the row's values in one after the other, and adds to each feature by how much that moves the score. */
    private void walk(
            double[] row, double[] other, int[] order, boolean backwards, double empty, double whole, double[] once) {
        int d = order.length;
        double[] mixed = other.clone();
        double before = empty;
        for (int i = 0; i < d; i++) {
            int feature = order[backwards ? d - 1 - i : i];
            mixed[feature] = row[feature];
            double now = i == d - 1 ? whole : model.applyAsDouble(mixed.clone());
            once[feature] += now - before;
            before = now;
        }
    }

    private static void shuffle(int[] order, Seeded random) {
        for (int i = order.length - 1; i > 0; i--) {
            int other = random.below(i + 1);
            int held = order[i];
            order[i] = order[other];
            order[other] = held;
        }
    }
}
