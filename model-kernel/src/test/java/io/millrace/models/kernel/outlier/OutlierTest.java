package io.millrace.models.kernel.outlier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.millrace.models.kernel.random.Seeded;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class OutlierTest {
    /** Two features that go together, one that repeats the first, and one that is constant. */
    private static double[][] rows(int count, long seed) {
        var random = new Seeded(seed);
        double[][] rows = new double[count][];
        for (int i = 0; i < count; i++) {
            double a = random.gaussian();
            double b = 0.9 * a + Math.sqrt(1 - 0.81) * random.gaussian();
            rows[i] = new double[] {100 + 10 * a, b, 2 * a, 7, i % 7 == 0 ? Double.NaN : random.gaussian()};
        }
        return rows;
    }

    @Test
    void rowsFarOutScoreAboveNearlyAllOfTheReference() {
        double[][] rows = rows(5_000, 1);
        IsolationForest forest = IsolationForest.fit(rows, 100, 256, 5);
        Mahalanobis distance = Mahalanobis.fit(rows);
        double[] far = {160, 6, 12, 7, 5};
        double[] against = {120, -2, 4, 7, 0};
        assertThat(above(rows, forest.score(far), forest::score)).isLessThanOrEqualTo(0.001);
        assertThat(above(rows, distance.score(far), distance::score)).isLessThanOrEqualTo(0.001);
        assertThat(above(rows, distance.score(against), distance::score)).isLessThanOrEqualTo(0.001);
        assertThat(forest.score(far)).isGreaterThan(0.65);
        assertThat(forest.score(new double[] {100, 0, 0, 7, 0})).isLessThan(0.5);
        assertThat(forest.score(new double[] {Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN}))
                .isBetween(0.0, 1.0);
        assertThat(distance.tail(distance.score(far))).isLessThan(1e-6);
    }

    private static double above(double[][] rows, double score, java.util.function.ToDoubleFunction<double[]> scorer) {
        int above = 0;
        for (double[] row : rows) {
            above += scorer.applyAsDouble(row) >= score ? 1 : 0;
        }
        return (double) above / rows.length;
    }

    @Test
    void squaredDistancesOfNormalRowsAreAsManyAsFeatures() {
        var random = new Seeded(3);
        double[][] rows = new double[20_000][4];
        for (double[] row : rows) {
            for (int j = 0; j < 4; j++) {
                row[j] = random.gaussian() * (j + 1) + 5;
            }
        }
        Mahalanobis distance = Mahalanobis.fit(rows);
        double sum = 0;
        int beyond = 0;
        for (double[] row : rows) {
            double score = distance.score(row);
            sum += score;
            beyond += distance.tail(score) <= 0.01 ? 1 : 0;
        }
        assertThat(sum / rows.length).isCloseTo(4, within(0.02));
        // one in a hundred, four deviations of 20,000 draws around it
        assertThat(beyond / 20_000.0).isCloseTo(0.01, within(0.0028));
    }

    @Test
    void fewRowsOfManyFeaturesStillGiveADistance() {
        double[][] rows = new double[10][30];
        var random = new Seeded(8);
        for (double[] row : rows) {
            for (int j = 0; j < 30; j++) {
                row[j] = random.gaussian();
            }
        }
        Mahalanobis distance = Mahalanobis.fit(rows);
        assertThat(distance.shrinkage()).isGreaterThan(0.3);
        assertThat(distance.score(rows[0])).isFinite();
        assertThat(distance.score(new double[30])).isLessThan(distance.score(rows[0]));
    }

    @Test
    void infinitiesAndConstantsDoNoHarm() {
        double[][] rows = rows(300, 4);
        rows[0][0] = Double.POSITIVE_INFINITY;
        rows[1][1] = Double.NEGATIVE_INFINITY;
        IsolationForest forest = IsolationForest.fit(rows, 10, 64, 1);
        Mahalanobis distance = Mahalanobis.fit(rows);
        for (double[] row : rows) {
            assertThat(forest.score(row)).isBetween(0.0, 1.0);
            assertThat(distance.score(row)).isFinite();
        }
        double[][] same = new double[20][3];
        assertThat(IsolationForest.fit(same, 5, 16, 1).score(same[0])).isBetween(0.0, 1.0);
        assertThat(Mahalanobis.fit(same).score(same[0])).isZero();
    }

    @Test
    void whatWasStoredScoresTheSameBitsAndSeedsDecideTheForest() throws IOException {
        double[][] rows = rows(600, 2);
        IsolationForest forest = IsolationForest.fit(rows, 20, 128, 5);
        Mahalanobis distance = Mahalanobis.fit(rows);
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        forest.write(out);
        distance.write(out);
        var in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        IsolationForest readForest = IsolationForest.read(in);
        Mahalanobis readDistance = Mahalanobis.read(in);
        IsolationForest again = IsolationForest.fit(rows, 20, 128, 5);
        for (double[] row : rows) {
            assertThat(readForest.score(row)).isEqualTo(forest.score(row));
            assertThat(again.score(row)).isEqualTo(forest.score(row));
            assertThat(readDistance.score(row)).isEqualTo(distance.score(row));
        }
        assertThat(IsolationForest.fit(rows, 20, 128, 6).score(rows[0])).isNotEqualTo(forest.score(rows[0]));
        byte[] torn = bytes.toByteArray();
        torn[0] = 9;
        assertThatThrownBy(() -> IsolationForest.read(new DataInputStream(new ByteArrayInputStream(torn))))
                .isInstanceOf(IOException.class);
    }
}
