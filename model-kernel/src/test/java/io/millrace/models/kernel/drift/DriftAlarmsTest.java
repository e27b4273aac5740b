package io.millrace.models.kernel.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.models.kernel.measure.SlidingWindow;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** False alarms and detection of features that move, by simulation with fixed seeds. The share of runs may exceed its chance by 3.09 binomial deviations, as it does once in a thousand seeds. */
class DriftAlarmsTest {
    private static final double ALPHA = 0.05;
    private static final DriftPolicy ANY = new DriftPolicy(ALPHA, DriftPolicy.Correction.BENJAMINI_HOCHBERG, 0, 0, 0);

    private static double most(double chance, int runs) {
        return chance + 3.09 * Math.sqrt(chance * (1 - chance) / runs);
    }

    private static FeatureReference reference(SplittableRandom random, int rows, int bins) {
        return FeatureReference.numeric("x", random.doubles(rows).toArray(), bins);
    }

    private static FeatureDrift drift(FeatureReference reference, double[] values) {
        var counts = new FeatureCounts(reference);
        for (double value : values) {
            counts.add(value);
        }
        return DriftMeasures.of(counts);
    }

    /** Four numbers, one of them often missing, and a category. Quantile cells and KS hang on ranks alone, so even draws stand for all continuous ones. */
    @Test
    void whatDoesNotMoveRaisesAnAlarmNoMoreOftenThanDeclared() {
        int runs = 500;
        for (int rows : new int[] {50, 400, 3_000}) {
            int alarms = 0;
            for (int run = 0; run < runs; run++) {
                var random = new SplittableRandom(31L * rows + run);
                List<FeatureDrift> drifts = new ArrayList<>();
                for (int feature = 0; feature < 4; feature++) {
                    double missing = feature == 0 ? 0.2 : 0;
                    FeatureReference reference =
                            FeatureReference.numeric("x" + feature, numbers(random, 1_000, missing), 10);
                    drifts.add(drift(reference, numbers(random, rows, missing)));
                }
                drifts.add(category(random, rows));
                alarms += DriftAlarms.of(drifts, ANY).isEmpty() ? 0 : 1;
            }
            assertThat((double) alarms / runs).as("%d rows", rows).isLessThanOrEqualTo(most(ALPHA, runs));
        }
    }

    private static double[] numbers(SplittableRandom random, int rows, double missing) {
        return random.doubles(rows)
                .map(value -> random.nextDouble() < missing ? Double.NaN : value)
                .toArray();
    }

    private static FeatureDrift category(SplittableRandom random, int rows) {
        long[] before = new long[8];
        for (int i = 0; i < 1_000; i++) {
            before[skewed(random)]++;
        }
        var map = new java.util.HashMap<String, Long>();
        for (int i = 0; i < 8; i++) {
            if (before[i] > 0) {
                map.put("c" + i, before[i]);
            }
        }
        var counts = new FeatureCounts(FeatureReference.categorical("kind", map, 0, 100));
        for (int i = 0; i < rows; i++) {
            counts.add("c" + skewed(random));
        }
        return DriftMeasures.of(counts);
    }

    private static int skewed(SplittableRandom random) {
        double draw = random.nextDouble();
        return (int) (8 * draw * draw);
    }

    @Test
    void largestDistanceOfScoresIsAsSeldomAsItSays() {
        int runs = 1_000;
        int alarms = 0;
        for (int run = 0; run < runs; run++) {
            var random = new SplittableRandom(900 + run);
            FeatureReference reference = reference(random, 1_000, 100);
            alarms += drift(reference, random.doubles(300).toArray()).ksP() <= ALPHA ? 1 : 0;
        }
        assertThat((double) alarms / runs).isLessThanOrEqualTo(most(ALPHA, runs));
    }

    /**
     * Looks after every 50 rows. A normal mean that moves by δ deviations has a PSI near δ², and the statistic then grows by δ² per row; at a level of 0.1 % with nine degrees of freedom it is near 30 + 3·√60 when it is
     * seen almost surely: some 55 / δ² rows, plus those of one look.
     */
    @Test
    void theLargerADriftTheSoonerItIsSeen() {
        var policy = new DriftPolicy(0.001, DriftPolicy.Correction.BONFERRONI, 50, 0.1, 0.05);
        long before = Long.MAX_VALUE;
        for (double shift : new double[] {0.5, 1, 2}) {
            long sum = 0;
            long longest = 0;
            for (int run = 0; run < 50; run++) {
                var random = new SplittableRandom(70 + run);
                FeatureReference reference = FeatureReference.numeric(
                        "x", random.doubles(10_000).map(_ -> gaussian(random)).toArray(), 10);
                var counts = new FeatureCounts(reference);
                long rows = 0;
                do {
                    for (int i = 0; i < 50; i++) {
                        counts.add(gaussian(random) + shift);
                    }
                    rows += 50;
                } while (rows < 10_000
                        && DriftAlarms.of(List.of(DriftMeasures.of(counts)), policy)
                                .isEmpty());
                sum += rows;
                longest = Math.max(longest, rows);
            }
            System.out.printf(
                    "mean moved by %.1f deviations: seen after %d rows on average, %d at most%n",
                    shift, sum / 50, longest);
            assertThat(longest).isLessThanOrEqualTo((long) (55 / (shift * shift)) + 50);
            assertThat(sum).isLessThanOrEqualTo(before);
            before = sum;
        }
    }

    private static double gaussian(SplittableRandom random) {
        return Math.sqrt(-2 * Math.log(1 - random.nextDouble())) * Math.cos(2 * Math.PI * random.nextDouble());
    }

    @Test
    void measuresAreThoseOfTheCells() {
        FeatureReference reference = FeatureReference.categorical("c", Map.of("a", 500L, "b", 300L, "c", 200L), 0, 10);
        var counts = new FeatureCounts(reference);
        for (int i = 0; i < 100; i++) {
            counts.add(i < 20 ? "a" : i < 50 ? "b" : "c");
        }
        FeatureDrift drift = DriftMeasures.of(counts);
        double psi = (0.2 - 0.5) * Math.log(0.2 / 0.5) + (0.5 - 0.2) * Math.log(0.5 / 0.2);
        assertThat(drift.psi()).isCloseTo(psi, within(1e-12));
        double js = 0.5 * Math.log(0.5 / 0.35) + 0.2 * Math.log(0.2 / 0.35);
        assertThat(drift.jensenShannon()).isCloseTo(js / Math.log(2), within(1e-12));
        assertThat(drift.psiCritical()).isCloseTo(9.21034 * (0.001 + 0.01), within(1e-5));
        double pearson = (0.09 / (520.0 / 1_100) + 0.09 / (250.0 / 1_100)) / 0.011;
        assertThat(drift.distributionP()).isCloseTo(Math.exp(-pearson / 2), within(1e-15));
        FeatureDrift moved =
                drift(FeatureReference.numeric("x", new double[] {1, 2, 3, 4}, 4), new double[] {3, 4, 5, 6});
        assertThat(moved.ks()).isEqualTo(0.5);
    }

    @Test
    void aConstantThatChangesIsSeenThoughItHasOneValueOnly() {
        double[] fives = new double[1_000];
        java.util.Arrays.fill(fives, 5);
        FeatureReference reference = FeatureReference.numeric("x", fives, 10);
        assertThat(DriftAlarms.of(List.of(drift(reference, fives)), ANY)).isEmpty();
        double[] sixes = new double[50];
        java.util.Arrays.fill(sixes, 6);
        assertThat(drift(reference, sixes).ks()).isEqualTo(1);
        assertThat(drift(reference, sixes).ksP()).isLessThan(1e-6);
    }

    @Test
    void newCategoriesAndMissingValuesAreToldApartFromChance() {
        FeatureReference reference =
                FeatureReference.categorical("carrier", Map.of("AA", 600L, "BB", 399L, "ZZ", 1L), 10, 100);
        var counts = new FeatureCounts(reference);
        for (int i = 0; i < 500; i++) {
            if (i % 10 == 0) {
                counts.add("N" + i % 100);
            } else if (i % 10 == 1) {
                counts.addMissing(true);
            } else {
                counts.add(i % 5 < 3 ? "AA" : "BB");
            }
        }
        FeatureDrift drift = DriftMeasures.of(counts);
        assertThat(drift.newShare()).isCloseTo(50 / 450.0, within(1e-12));
        assertThat(drift.newCategories()).startsWith("N0", "N10", "N20");
        assertThat(drift.imputedShare()).isEqualTo(0.1);
        var policy = new DriftPolicy(0.01, DriftPolicy.Correction.BONFERRONI, 100, 10, 0.05);
        assertThat(DriftAlarms.of(List.of(drift), policy))
                .extracting(DriftAlarm::kind)
                .containsExactlyInAnyOrder(DriftAlarm.Kind.NEW_CATEGORIES, DriftAlarm.Kind.MISSING);
        var few = new FeatureCounts(reference);
        few.add("QQ");
        assertThat(DriftAlarms.of(List.of(DriftMeasures.of(few)), policy)).isEmpty();
        FeatureReference cut = FeatureReference.categorical("carrier", Map.of("AA", 6L, "BB", 3L, "ZZ", 1L), 0, 2);
        assertThat(DriftMeasures.of(new FeatureCounts(cut)).newP()).isNaN();
    }

    /** What moves each Monday is no alarm beside other Mondays. */
    @Test
    void rowsAreComparedWithTheSameHourOfEarlierWeeks() {
        var random = new SplittableRandom(90);
        FeatureReference reference = reference(random, 5_000, 10);
        var mondays = new FeatureCounts(reference);
        var monday = new FeatureCounts(mondays.asReference());
        assertThat(DriftMeasures.of(monday).distributionP()).isEqualTo(1);
        for (int i = 0; i < 3_000; i++) {
            mondays.add(random.nextDouble() * random.nextDouble());
        }
        monday = new FeatureCounts(mondays.asReference());
        var asEver = new FeatureCounts(reference);
        for (int i = 0; i < 1_000; i++) {
            double value = random.nextDouble() * random.nextDouble();
            monday.add(value);
            asEver.add(value);
        }
        assertThat(DriftAlarms.of(List.of(DriftMeasures.of(monday)), ANY)).isEmpty();
        assertThat(DriftAlarms.of(List.of(DriftMeasures.of(asEver)), ANY)).hasSize(1);
    }

    @Test
    void referencesAndCountsAreStoredAndSlideOverTime() throws IOException {
        var random = new SplittableRandom(3);
        FeatureReference reference = reference(random, 500, 10);
        var bytes = new ByteArrayOutputStream();
        reference.write(new DataOutputStream(bytes));
        FeatureReference read =
                FeatureReference.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        var window = new SlidingWindow<>(10, 4, () -> new FeatureCounts(read));
        double[] times = {5, 17, 38, 3};
        for (double time : times) {
            java.util.Objects.requireNonNull(window.at((long) time)).add(0.5);
        }
        var stored = new ByteArrayOutputStream();
        window.write(new DataOutputStream(stored));
        SlidingWindow<FeatureCounts> restored = SlidingWindow.read(
                new DataInputStream(new ByteArrayInputStream(stored.toByteArray())),
                () -> new FeatureCounts(read),
                in -> FeatureCounts.read(in, read));
        assertThat(restored.fold(40).present()).isEqualTo(4);
        assertThat(restored.fold(50).present()).isEqualTo(2);
        FeatureReference categories = FeatureReference.categorical("c", Map.of("a", 2L), 1, 5);
        bytes.reset();
        categories.write(new DataOutputStream(bytes));
        FeatureReference again =
                FeatureReference.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        assertThat(again.cell("a")).isZero();
        assertThat(again.cell("b")).isEqualTo(1);
        assertThat(again.missing()).isEqualTo(1);
    }
}
