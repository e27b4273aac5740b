package io.millrace.models.kernel.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MeasuresTest {
    @Test
    void areaOfSeparatedScoresIsOneAndOfEqualOnesAHalf() {
        assertThat(Auc.of(new double[] {0.8, 0.9}, new double[] {0.1, 0.2, 0.3}).value())
                .isEqualTo(1.0);
        assertThat(Auc.of(new double[] {0.5, 0.5}, new double[] {0.5}).value()).isEqualTo(0.5);
        assertThat(Auc.of(new double[] {0.35, 0.8}, new double[] {0.1, 0.4}).value())
                .isEqualTo(0.75);
    }

    /** 2,000 samples of 60 + 90 scores: their spread around the mean is what the standard errors say, within 10 % (four deviations of an estimated deviation are 4/√4000 = 6 %). */
    @Test
    void standardErrorOfTheAreaIsTheSpreadOfItsEstimates() {
        var random = new Random(11);
        double sum = 0;
        double squares = 0;
        double errors = 0;
        int samples = 2_000;
        for (int s = 0; s < samples; s++) {
            Estimate auc = Auc.of(normals(random, 60, 1), normals(random, 90, 0));
            sum += auc.value();
            squares += auc.value() * auc.value();
            errors += auc.standardError();
        }
        double mean = sum / samples;
        double spread = Math.sqrt(squares / samples - mean * mean);
        assertThat(errors / samples / spread).isCloseTo(1, within(0.1));
        assertThat(Auc.hanleyMcNeil(mean, 60, 90) / spread).isCloseTo(1, within(0.1));
    }

    private static double[] normals(Random random, int count, double mean) {
        return random.doubles(count).map(_ -> random.nextGaussian() + mean).toArray();
    }

    @Test
    void regressionIsMeasuredInTheUnitOfTheLabel() throws IOException {
        var window = new RegressionWindow(0.9, 60, 10);
        window.predicted(10);
        window.predicted(20);
        window.predicted(30);
        assertThat(window.labelled(10, 5, 8, 110)).isTrue();
        assertThat(window.labelled(20, 5, 1, 520)).isTrue();
        assertThat(window.labelled(30, Double.NaN, 1, 40)).isTrue();
        RegressionMeasures measures = window.measures(30);
        assertThat(measures.rows()).isEqualTo(2);
        assertThat(measures.invalid()).isEqualTo(1);
        assertThat(measures.meanAbsoluteError().value()).isEqualTo(3.5);
        assertThat(measures.rootMeanSquaredError()).isEqualTo(Math.sqrt(12.5));
        assertThat(measures.bias().value()).isEqualTo(-0.5);
        assertThat(measures.pinball().value()).isCloseTo((0.9 * 3 + 0.1 * 4) / 2, within(1e-15));
        assertThat(measures.coverage().labels()).isEqualTo(3);
        assertThat(measures.coverage().medianAgeMicros()).isBetween(100L, 113L);
        assertThat(measures.coverage().longestAgeMicros()).isBetween(500L, 563L);
        var bytes = new ByteArrayOutputStream();
        window.write(new DataOutputStream(bytes));
        RegressionWindow read =
                RegressionWindow.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        assertThat(read.measures(30)).isEqualTo(measures);
    }

    @Test
    void coverageCountsWhatHasNoLabelYetAndTheWindowForgetsWhatIsBehindIt() {
        var window = new ClassificationWindow(0.5, 10, 3);
        for (long time = 1; time <= 40; time++) {
            window.predicted(time);
        }
        assertThat(window.labelled(10, 0.7, true, 45)).isFalse();
        assertThat(window.labelled(11, 0.7, true, 45)).isTrue();
        ClassificationMeasures measures = window.measures(40);
        assertThat(measures.coverage().predictions()).isEqualTo(30);
        assertThat(measures.coverage().share()).isCloseTo(1 / 30.0, within(1e-15));
        assertThat(window.measures(70).coverage().predictions()).isZero();
        assertThat(measures.auc().value()).isNaN();
    }
}
