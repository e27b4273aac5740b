package io.millrace.models.kernel.explain;

import io.millrace.models.kernel.random.Seeded;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/**
 * Shapley values of any model by permutations (Castro, Gómez and Tejada 2009; Štrumbelj and Kononenko 2014): a feature that is not known has the value of a row of the background. Each permutation is walked forth and back
 * (antithetic, as in Mitchell, Cooper, Frank and Holmes 2022), and the spread over such pairs gives the standard error.
 */
public final class SampledShapley {
    /** Values that a call of the model is given at most, if one row has not more. */
    private static final int CALL = 1 << 16;

    private final Scores model;
    private final double[][] background;

    /** A model that is asked many rows at a time. */
    @FunctionalInterface
    public interface Scores {
        /** A finite score of each row; keeps none of them. */
        double[] of(double[][] rows);
    }

    /**
     * Of a model.
     *
     * @param model gives a finite score of a row, and keeps no row
     * @param background rows of the reference, at least one: they are taken in turn
     */
    public SampledShapley(ToDoubleFunction<double[]> model, double[][] background) {
        this(background, rows -> Arrays.stream(rows).mapToDouble(model).toArray());
    }

    /**
     * Of a model that is asked many rows at a time: as many as have some 65,000 values together.
     *
     * @param background rows of the reference, at least one: they are taken in turn
     */
    public static SampledShapley asking(Scores model, double[][] background) {
        return new SampledShapley(background, model);
    }

    private SampledShapley(double[][] background, Scores model) {
        if (background.length == 0) {
            throw new IllegalArgumentException("contributions are measured against a background");
        }
        this.model = model;
        this.background = background.clone();
    }

    /**
     * What each feature contributed. Additive to the score of the row within rounding, whatever the sampling error of each is; the base is the mean score of the background rows that were taken. Asks the model
     * {@code pairs} × (2 × (features) − 1) + 1 rows.
     *
     * @param pairs of permutations, at least 2; a multiple of the background's rows takes each as often
     */
    public Contributions contributions(double[] row, int pairs, long seed) {
        if (pairs < 2) {
            throw new IllegalArgumentException("an error needs 2 pairs of permutations, got " + pairs);
        }
        int d = row.length;
        int[][] orders = orders(d, pairs, new Seeded(seed));
        var asked = new Asked(model, 1 + pairs * (2 * d - 1), Math.max(1, CALL / Math.max(1, d)));
        asked.add(row.clone());
        for (int pair = 0; pair < pairs; pair++) {
            double[] other = background[pair % background.length];
            asked.add(other.clone());
            walk(row, other, orders[pair], false, asked);
            walk(row, other, orders[pair], true, asked);
        }
        double[] scores = asked.scores();
        double[] mean = new double[d];
        double[] squares = new double[d];
        double[] once = new double[d];
        double base = 0;
        int at = 1;
        for (int pair = 1; pair <= pairs; pair++) {
            double empty = scores[at++];
            base += (empty - base) / pair;
            Arrays.fill(once, 0);
            at = add(scores, at, orders[pair - 1], false, empty, once);
            at = add(scores, at, orders[pair - 1], true, empty, once);
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

    /** Asks for what lies between the background's row and the row, whose values are put in one after the other. */
    private static void walk(double[] row, double[] other, int[] order, boolean backwards, Asked asked) {
        double[] mixed = other.clone();
        for (int i = 0; i < order.length - 1; i++) {
            int feature = place(order, i, backwards);
            mixed[feature] = row[feature];
            asked.add(mixed.clone());
        }
    }

    /** Adds to each feature by how much it moved the score on a walk. */
    private static int add(double[] scores, int from, int[] order, boolean backwards, double empty, double[] once) {
        int at = from;
        double before = empty;
        for (int i = 0; i < order.length; i++) {
            double now = i == order.length - 1 ? scores[0] : scores[at++];
            once[place(order, i, backwards)] += now - before;
            before = now;
        }
        return at;
    }

    private static int place(int[] order, int i, boolean backwards) {
        return order[backwards ? order.length - 1 - i : i];
    }

    private static int[][] orders(int d, int pairs, Seeded random) {
        int[][] orders = new int[pairs][];
        int[] order = new int[d];
        for (int i = 0; i < d; i++) {
            order[i] = i;
        }
        for (int pair = 0; pair < pairs; pair++) {
            for (int i = d - 1; i > 0; i--) {
                int other = random.below(i + 1);
                int held = order[i];
                order[i] = order[other];
                order[other] = held;
            }
            orders[pair] = order.clone();
        }
        return orders;
    }

    /** Rows on their way to the model, some at a time, and its scores in their order. */
    private static final class Asked {
        private final Scores model;
        private final double[] scores;
        private final double[][] waiting;
        private int count;
        private int done;

        Asked(Scores model, int all, int atATime) {
            this.model = model;
            this.scores = new double[all];
            this.waiting = new double[Math.min(all, atATime)][];
        }

        void add(double[] row) {
            waiting[count++] = row;
            if (count == waiting.length) {
                ask();
            }
        }

        private void ask() {
            double[] answers = model.of(Arrays.copyOf(waiting, count));
            System.arraycopy(answers, 0, scores, done, count);
            done += count;
            count = 0;
        }

        double[] scores() {
            if (count > 0) {
                ask();
            }
            return scores;
        }
    }
}
