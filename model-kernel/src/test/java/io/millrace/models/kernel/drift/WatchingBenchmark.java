package io.millrace.models.kernel.drift;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** False alarms and delays over more seeds than a test has time for. Run by name: {@code -Dtest=WatchingBenchmark}. Each share is printed beside its 3.09 binomial deviations. */
class WatchingBenchmark {
    private static final int RUNS = 5_000;

    @Test
    void falseAlarmsByRowsOfReferenceAndNow() {
        for (int before : new int[] {500, 10_000}) {
            for (int rows : new int[] {50, 200, 1_000, 10_000}) {
                int chi = 0;
                int psi = 0;
                int usual = 0;
                for (int run = 0; run < RUNS; run++) {
                    var random = new SplittableRandom(run * 7L + rows);
                    var counts = new FeatureCounts(
                            FeatureReference.numeric("x", random.doubles(before).toArray(), 10));
                    for (int i = 0; i < rows; i++) {
                        counts.add(random.nextDouble());
                    }
                    FeatureDrift drift = DriftMeasures.of(counts);
                    chi += drift.distributionP() <= 0.01 ? 1 : 0;
                    psi += drift.psi() >= drift.psiCritical() ? 1 : 0;
                    usual += drift.psi() >= 0.1 ? 1 : 0;
                }
                System.out.printf(
                        "reference %d, now %d: p <= 0.01 in %.4f, PSI above its critical value in %.4f (both 0.01 +- 0.0044 by chance), PSI >= 0.1 in %.4f%n",
                        before, rows, (double) chi / RUNS, (double) psi / RUNS, (double) usual / RUNS);
                // Cells between the quantiles of 500 rows vary more than chi-square says: their chances are up to half
                // as much again too low.
                assertThat((double) chi / RUNS).isLessThanOrEqualTo(before < 10_000 ? 0.0144 + 0.005 : 0.0144);
            }
        }
    }

    @Test
    void rowsUntilAMovedMeanIsSeen() {
        var policy = new DriftPolicy(0.001, DriftPolicy.Correction.BONFERRONI, 50, 0.1, 0.05);
        for (double shift : new double[] {0.4, 0.5, 1, 2}) {
            long[] delays = new long[500];
            for (int run = 0; run < delays.length; run++) {
                var random = new SplittableRandom(run);
                FeatureReference reference = FeatureReference.numeric(
                        "x", random.doubles(10_000).map(_ -> gaussian(random)).toArray(), 10);
                var counts = new FeatureCounts(reference);
                do {
                    for (int i = 0; i < 50; i++) {
                        counts.add(gaussian(random) + shift);
                    }
                    delays[run] += 50;
                } while (delays[run] < 50_000
                        && DriftAlarms.of(List.of(DriftMeasures.of(counts)), policy)
                                .isEmpty());
            }
            java.util.Arrays.sort(delays);
            System.out.printf(
                    "mean moved by %.2f deviations: seen after %d rows (median), %d (95 %%), PSI >= 0.1 asked for as well%n",
                    shift, delays[250], delays[475]);
            assertThat(delays[475]).isGreaterThanOrEqualTo(delays[250]);
        }
    }

    private static double gaussian(SplittableRandom random) {
        return Math.sqrt(-2 * Math.log(1 - random.nextDouble())) * Math.cos(2 * Math.PI * random.nextDouble());
    }
}
