package io.millrace.models.kernel.drift;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Drift that no feature shows alone, and where a rise comes from. Fixed seeds; bounds as in {@link DriftAlarmsTest}. */
class JointDriftTest {
    private static double most(double chance, int runs) {
        return chance + 3.09 * Math.sqrt(chance * (1 - chance) / runs);
    }

    private static double[][] rows(SplittableRandom random, int rows, double correlation) {
        double[][] drawn = new double[rows][];
        for (int i = 0; i < rows; i++) {
            double a = gaussian(random);
            double b = correlation * a + Math.sqrt(1 - correlation * correlation) * gaussian(random);
            drawn[i] = new double[] {a, b, random.nextDouble() < 0.1 ? Double.NaN : gaussian(random)};
        }
        return drawn;
    }

    private static double gaussian(SplittableRandom random) {
        return Math.sqrt(-2 * Math.log(1 - random.nextDouble())) * Math.cos(2 * Math.PI * random.nextDouble());
    }

    @Test
    void rowsOfOneDistributionAreSeldomToldApart() {
        int runs = 150;
        int alarms = 0;
        int missed = 0;
        for (int run = 0; run < runs; run++) {
            var random = new SplittableRandom(400 + run);
            DomainDrift drift = new DomainClassifier(1, 5).compare(rows(random, 300, 0.7), rows(random, 100, 0.7), run);
            alarms += drift.p() <= 0.05 ? 1 : 0;
            missed += drift.lower() > 0.5 ? 1 : 0;
        }
        assertThat((double) alarms / runs).isLessThanOrEqualTo(most(0.05, runs));
        assertThat((double) missed / runs).isLessThanOrEqualTo(most(0.05, runs));
    }

    @Test
    void aCorrelationThatGoesAwayIsSeenThoughNoFeatureMoves() {
        var random = new SplittableRandom(5);
        double[][] before = rows(random, 1_000, 0.8);
        double[][] now = rows(random, 1_000, 0);
        for (int feature = 0; feature < 2; feature++) {
            double[] values = column(before, feature);
            var counts = new FeatureCounts(FeatureReference.numeric("x", values, 10));
            for (double value : column(now, feature)) {
                counts.add(value);
            }
            assertThat(DriftMeasures.of(counts).distributionP()).isGreaterThan(0.001);
        }
        DomainDrift drift = new DomainClassifier(1, 5).compare(before, now, 1);
        assertThat(drift.lower()).isGreaterThan(0.6);
        assertThat(drift.p()).isLessThan(1e-6);
        assertThat(new DomainClassifier(1, 5).compare(before, now, 1)).isEqualTo(drift);
    }

    @Test
    void infinitiesAndConstantsDoNoHarmToTheClassifier() {
        var random = new SplittableRandom(6);
        double[][] before = rows(random, 100, 0);
        double[][] now = rows(random, 100, 0);
        now[0][0] = Double.POSITIVE_INFINITY;
        for (int i = 0; i < 100; i++) {
            before[i][2] = 1;
            now[i][2] = 1;
        }
        DomainDrift drift = new DomainClassifier(1, 5).compare(before, now, 1);
        assertThat(drift.auc()).isBetween(0.3, 0.7);
        assertThat(drift.p()).isBetween(0.001, 1.0);
    }

    private static double[] column(double[][] rows, int column) {
        return java.util.Arrays.stream(rows).mapToDouble(row -> row[column]).toArray();
    }

    private record Sample(int[][] categories, double[] values, boolean[] current) {}

    private static Sample sample(SplittableRandom random, int rows, double rise) {
        int[][] categories = new int[rows][];
        double[] values = new double[rows];
        boolean[] current = new boolean[rows];
        for (int i = 0; i < rows; i++) {
            categories[i] = new int[] {random.nextInt(4), random.nextInt(5), random.nextInt(3)};
            current[i] = random.nextBoolean();
            boolean in = categories[i][0] == 2 && categories[i][1] == 1;
            values[i] = random.nextDouble() < 0.2 + (current[i] && in ? rise : 0) ? 1 : 0;
        }
        return new Sample(categories, values, current);
    }

    @Test
    void theSliceThatCarriesTheRiseIsNamedFirst() {
        Sample sample = sample(new SplittableRandom(17), 8_000, 0.5);
        List<Slice> slices =
                new SliceSearch(8, 20, 0.01).search(sample.categories(), sample.values(), sample.current());
        Slice first = slices.getFirst();
        assertThat(first.conditions()).containsExactly(new Slice.Condition(0, 2), new Slice.Condition(1, 1));
        assertThat(first.currentMean() - first.referenceMean()).isBetween(0.4, 0.6);
        assertThat(first.share()).isBetween(0.6, 1.6);
        assertThat(slices).allSatisfy(slice -> assertThat(slice.p()).isLessThanOrEqualTo(0.01));
    }

    @Test
    void whereAllRiseAlikeNoSliceIsNamed() {
        int runs = 200;
        int named = 0;
        for (int run = 0; run < runs; run++) {
            Sample sample = sample(new SplittableRandom(run), 1_500, 0);
            named += new SliceSearch(5, 20, 0.05)
                            .search(sample.categories(), sample.values(), sample.current())
                            .isEmpty()
                    ? 0
                    : 1;
        }
        assertThat((double) named / runs).isLessThanOrEqualTo(most(0.05, runs));
    }
}
