package io.millrace.models.kernel.drift;

import io.millrace.models.kernel.statistics.Distributions;
import java.util.Arrays;
import java.util.List;

/**
 * Compares the rows of some time with the reference of a feature. All chances follow from the numbers of rows on both sides, so that few rows raise no alarm.
 *
 * <p>Where nothing has moved, PSI is near (1/n + 1/m) χ² and Jensen–Shannon near that / (8 ln 2) bits, with one degree of freedom less than cells (Yurdakul, Statistical Properties of Population Stability Index,
 * 2018; the latter from the expansion of both around equal shares). Their common leading term is the two-sample statistic of Pearson, which is χ² from fewer rows on: the chance is computed from that one. Cells
 * in which the smaller sample would expect fewer than 5 rows are joined with the next (Cochran 1954), unless 10 rows are there.
 */
public final class DriftMeasures {
    private static final double ENOUGH_EXPECTED = 5;
    private static final long ENOUGH_SEEN = 10;
    private static final double CRITICAL = 0.01;

    private DriftMeasures() {}

    public static FeatureDrift of(FeatureCounts counts) {
        FeatureReference reference = counts.reference();
        double[][] cells = joined(reference, counts);
        double n = reference.present();
        double m = counts.present();
        boolean numeric = reference.isNumeric();
        double ks = numeric ? ks(reference, counts, n, m) : Double.NaN;
        double all = m + counts.missing();
        double unknown = numeric ? 0 : counts.count(reference.cells() - 1);
        int freedom = cells.length - 1;
        boolean comparable = freedom > 0 && n > 0 && m > 0;
        return new FeatureDrift(
                reference.name(),
                (long) all,
                comparable ? psi(cells, n, m) : 0,
                comparable
                        ? (1 / n + 1 / m) * Distributions.chiSquareCritical(CRITICAL, freedom)
                        : Double.POSITIVE_INFINITY,
                comparable ? jensenShannon(cells, n, m) : 0,
                comparable ? Distributions.chiSquareAbove(pearson(cells, n, m), freedom) : 1,
                ks,
                numeric && n > 0 && m > 0 ? Distributions.kolmogorovAbove(ks, n, m) : Double.NaN,
                counts.missing() / all,
                reference.missing() / (n + reference.missing()),
                Math.min(1, 2 * shareAbove(reference.missing(), n + reference.missing(), counts.missing(), all)),
                counts.imputed() / all,
                numeric ? Double.NaN : unknown / m,
                numeric || reference.rare() < 0
                        ? Double.NaN
                        : unknown / m > reference.rare() / n ? shareAbove(reference.rare(), n, unknown, m) : 1,
                numeric || reference.rare() < 0 ? List.of() : List.copyOf(counts.unknown()));
    }

    /** Cells as pairs of rows of the reference and of now, small ones joined with the next. */
    private static double[][] joined(FeatureReference reference, FeatureCounts counts) {
        double n = reference.present();
        double m = counts.present();
        double[][] joined = new double[reference.cells()][];
        int size = 0;
        double[] open = new double[2];
        for (int cell = 0; cell < reference.cells(); cell++) {
            open[0] += reference.count(cell);
            open[1] += counts.count(cell);
            boolean enough = n >= m
                    ? open[0] * m / n >= ENOUGH_EXPECTED || open[1] >= ENOUGH_SEEN
                    : open[1] * n / m >= ENOUGH_EXPECTED || open[0] >= ENOUGH_SEEN;
            if (enough) {
                joined[size++] = open;
                open = new double[2];
            }
        }
        if (open[0] + open[1] > 0 && size > 0) {
            joined[size - 1][0] += open[0];
            joined[size - 1][1] += open[1];
        }
        return Arrays.copyOf(joined, size);
    }

    private static double pearson(double[][] cells, double n, double m) {
        double sum = 0;
        for (double[] cell : cells) {
            double gap = cell[0] / n - cell[1] / m;
            sum += gap * gap / ((cell[0] + cell[1]) / (n + m));
        }
        return sum / (1 / n + 1 / m);
    }

    /** An empty cell counts as half a row. */
    private static double psi(double[][] cells, double n, double m) {
        double sum = 0;
        for (double[] cell : cells) {
            double was = Math.max(0.5, cell[0]) / n;
            double is = Math.max(0.5, cell[1]) / m;
            sum += (is - was) * StrictMath.log(is / was);
        }
        return sum;
    }

    private static double jensenShannon(double[][] cells, double n, double m) {
        double sum = 0;
        for (double[] cell : cells) {
            double was = cell[0] / n;
            double is = cell[1] / m;
            double middle = (was + is) / 2;
            sum += (was > 0 ? was * StrictMath.log(was / middle) : 0) + (is > 0 ? is * StrictMath.log(is / middle) : 0);
        }
        return Math.max(0, sum / 2 / StrictMath.log(2));
    }

    private static double ks(FeatureReference reference, FeatureCounts counts, double n, double m) {
        double was = 0;
        double is = 0;
        double largest = 0;
        for (int cell = 0; cell < reference.cells(); cell++) {
            was += reference.count(cell);
            is += counts.count(cell);
            largest = Math.max(largest, Math.abs(was / n - is / m));
        }
        return largest;
    }

    /** The chance of a difference of two shares at least so large in its direction: normal, with the correction of Yates 1934. */
    private static double shareAbove(double hits, double of, double others, double ofOthers) {
        double pooled = (hits + others) / (of + ofOthers);
        double variance = pooled * (1 - pooled) * (1 / of + 1 / ofOthers);
        double gap = Math.abs(hits / of - others / ofOthers) - (1 / of + 1 / ofOthers) / 2;
        return !(variance > 0) || gap <= 0 ? 0.5 : Distributions.normalBelow(-gap / Math.sqrt(variance));
    }
}
