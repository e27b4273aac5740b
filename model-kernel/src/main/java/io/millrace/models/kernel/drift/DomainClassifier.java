package io.millrace.models.kernel.drift;

import io.millrace.models.kernel.measure.Auc;
import io.millrace.models.kernel.measure.Estimate;
import io.millrace.models.kernel.random.Seeded;
import io.millrace.models.kernel.statistics.Cholesky;
import io.millrace.models.kernel.statistics.Distributions;

/**
 * Drift of all features together: if a classifier can tell rows of the reference from rows of now, their distribution has moved (Rabanser, Günnemann and Lipton, Failing Loudly, NeurIPS 2019; Lopez-Paz and Oquab 2017).
 * Here a ridge logistic regression on the standardised values, their squares, whether they are missing and, up to twelve features, their products, so that it sees means, spreads and correlations move. It is judged on
 * rows that it was not fitted to.
 */
public final class DomainClassifier {
    private static final int MOST_FOR_PRODUCTS = 12;
    private static final int STEPS = 12;

    private final double ridge;
    private final int folds;

    /**
     * A classifier.
     *
     * @param ridge the weight of the squared weights, above 0; 1 is usual
     * @param folds of which one is judged by a fit to the others, 2 to 20
     */
    public DomainClassifier(double ridge, int folds) {
        if (!(ridge > 0) || folds < 2 || folds > 20) {
            throw new IllegalArgumentException("ridge " + ridge + ", " + folds + " folds");
        }
        this.ridge = ridge;
        this.folds = folds;
    }

    /**
     * Compares rows; each has the same number of values, NaN where one is missing; infinities count as missing. Takes time as rows × terms², with 3 d + d (d − 1) / 2 terms.
     *
     * @param reference rows, at least two for each fold
     * @param current rows, at least two for each fold
     * @param seed of the shuffle into folds
     */
    public DomainDrift compare(double[][] reference, double[][] current, long seed) {
        if (Math.min(reference.length, current.length) < 2 * folds) {
            throw new IllegalArgumentException(
                    reference.length + " and " + current.length + " rows in " + folds + " folds");
        }
        int n = reference.length;
        double[][] rows = terms(reference, current);
        int[] fold = folds(n, current.length, new Seeded(seed));
        double auc = 0;
        double variance = 0;
        double chanceVariance = 0;
        for (int held = 0; held < folds; held++) {
            double[] weights = fit(rows, n, fold, held);
            double[][] scores = scores(rows, n, fold, held, weights);
            Estimate one = Auc.of(scores[1], scores[0]);
            auc += one.value() / folds;
            variance += one.standardError() * one.standardError() / (folds * folds);
            double a = scores[0].length;
            double b = scores[1].length;
            chanceVariance += (a + b + 1) / (12 * a * b) / (folds * folds);
        }
        double z = Distributions.normalQuantile(0.975);
        return new DomainDrift(
                auc,
                Math.max(0, auc - z * Math.sqrt(variance)),
                Math.min(1, auc + z * Math.sqrt(variance)),
                Distributions.normalBelow((0.5 - auc) / Math.sqrt(chanceVariance)));
    }

    private static double[][] terms(double[][] reference, double[][] current) {
        int d = reference[0].length;
        int n = reference.length;
        int products = d <= MOST_FOR_PRODUCTS ? d * (d - 1) / 2 : 0;
        double[][] rows = new double[n + current.length][1 + 3 * d + products];
        double[] mean = new double[d];
        double[] deviation = new double[d];
        for (int j = 0; j < d; j++) {
            double sum = 0;
            double squares = 0;
            long count = 0;
            for (int i = 0; i < rows.length; i++) {
                double value = i < n ? reference[i][j] : current[i - n][j];
                if (Double.isFinite(value)) {
                    count++;
                    double gap = value - sum;
                    sum += gap / count;
                    squares += gap * (value - sum);
                }
            }
            mean[j] = sum;
            deviation[j] = squares > 0 ? Math.sqrt(squares / count) : 1;
        }
        for (int i = 0; i < rows.length; i++) {
            expand(i < n ? reference[i] : current[i - n], mean, deviation, rows[i]);
        }
        return rows;
    }

    private static void expand(double[] values, double[] mean, double[] deviation, double[] terms) {
        int d = values.length;
        terms[0] = 1;
        for (int j = 0; j < d; j++) {
            boolean missing = !Double.isFinite(values[j]);
            double z = missing ? 0 : Math.max(-10, Math.min(10, (values[j] - mean[j]) / deviation[j]));
            terms[1 + j] = z;
            terms[1 + d + j] = missing ? 0 : z * z - 1;
            terms[1 + 2 * d + j] = missing ? 1 : 0;
        }
        int at = 1 + 3 * d;
        for (int j = 1; j < d && at < terms.length; j++) {
            for (int k = 0; k < j; k++) {
                terms[at++] = terms[1 + j] * terms[1 + k];
            }
        }
    }

    /** Both sides are spread evenly over the folds. */
    private int[] folds(int n, int m, Seeded random) {
        int[] fold = new int[n + m];
        shuffle(fold, 0, n, random);
        shuffle(fold, n, n + m, random);
        return fold;
    }

    private void shuffle(int[] fold, int from, int to, Seeded random) {
        for (int i = from; i < to; i++) {
            fold[i] = (i - from) % folds;
        }
        for (int i = to - 1; i > from; i--) {
            int other = from + random.below(i - from + 1);
            int held = fold[i];
            fold[i] = fold[other];
            fold[other] = held;
        }
    }

    /** Newton's method on the penalised likelihood, each side weighing one half; steps that do not change the weights by 1e−6 end it. */
    private double[] fit(double[][] rows, int n, int[] fold, int held) {
        int terms = rows[0].length;
        double[] weights = new double[terms];
        double balance = (double) n / (rows.length - n);
        for (int step = 0; step < STEPS; step++) {
            double[] hessian = new double[terms * terms];
            double[] gradient = new double[terms];
            for (int i = 0; i < rows.length; i++) {
                if (fold[i] != held) {
                    gather(rows[i], i < n ? 0 : 1, i < n ? 1 : balance, weights, hessian, gradient);
                }
            }
            for (int j = 0; j < terms; j++) {
                hessian[j * terms + j] += j == 0 ? 1e-9 : ridge;
                gradient[j] -= j == 0 ? 0 : ridge * weights[j];
            }
            Cholesky.of(hessian, terms).solve(gradient);
            double moved = 0;
            for (int j = 0; j < terms; j++) {
                double by = Math.max(-5, Math.min(5, gradient[j]));
                weights[j] += by;
                moved = Math.max(moved, Math.abs(by));
            }
            if (moved < 1e-6) {
                break;
            }
        }
        return weights;
    }

    private static void gather(
            double[] row, double label, double weight, double[] weights, double[] hessian, double[] gradient) {
        int terms = row.length;
        double chance = 1 / (1 + StrictMath.exp(-Math.max(-30, Math.min(30, dot(row, weights)))));
        double curve = weight * Math.max(1e-9, chance * (1 - chance));
        double push = weight * (label - chance);
        for (int j = 0; j < terms; j++) {
            gradient[j] += push * row[j];
            double scaled = curve * row[j];
            int at = j * terms;
            for (int k = 0; k <= j; k++) {
                hessian[at + k] += scaled * row[k];
            }
        }
    }

    private static double[][] scores(double[][] rows, int n, int[] fold, int held, double[] weights) {
        int[] sizes = new int[2];
        for (int i = 0; i < rows.length; i++) {
            sizes[i < n ? 0 : 1] += fold[i] == held ? 1 : 0;
        }
        double[][] scores = {new double[sizes[0]], new double[sizes[1]]};
        int[] at = new int[2];
        for (int i = 0; i < rows.length; i++) {
            if (fold[i] == held) {
                int side = i < n ? 0 : 1;
                scores[side][at[side]++] = dot(rows[i], weights);
            }
        }
        return scores;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
