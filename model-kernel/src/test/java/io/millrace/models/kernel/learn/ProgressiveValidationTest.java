package io.millrace.models.kernel.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.models.kernel.random.Seeded;
import org.junit.jupiter.api.Test;

class ProgressiveValidationTest {
    private static final LinearSettings SETTINGS = LinearSettings.of(Optimizer.AdaGrad.DEFAULTS);

    @Test
    void theFirstPredictionKnowsNothingAndEachRowIsPredictedBeforeItIsLearned() {
        LogisticRegression learner = new LogisticRegression(Streams.MIXED, SETTINGS);
        LogisticRegression same = new LogisticRegression(Streams.MIXED, SETTINGS);
        ProgressiveValidation validation = new ProgressiveValidation(learner, 0);
        Seeded random = new Seeded(1);
        for (int i = 0; i < 100; i++) {
            Example example = Streams.mixed(random);
            double label = Streams.mixedClass(example, random);
            assertThat(validation.offer(example, label)).isEqualTo(same.predict(example));
            same.learn(example, label);
        }
        assertThat(validation.count()).isEqualTo(100);
    }

    @Test
    void lateLabelsAreLearnedInOrderOnceTheyAreThere() {
        LogisticRegression late = new LogisticRegression(Streams.MIXED, SETTINGS);
        LogisticRegression same = new LogisticRegression(Streams.MIXED, SETTINGS);
        ProgressiveValidation validation = new ProgressiveValidation(late, 40);
        Seeded random = new Seeded(2);
        for (int i = 0; i < 100; i++) {
            Example example = Streams.mixed(random);
            double label = Streams.mixedClass(example, random);
            validation.offer(example, label);
            if (i < 60) same.learn(example, label);
        }
        assertThat(States.bytes(late)).isEqualTo(States.bytes(same));
    }

    @Test
    void figuresAreThoseOfTheirDefinitions() {
        FeatureSpace space = FeatureSpace.ofNumbers("x");
        // A learner that never moves away from 0.5.
        LogisticRegression still =
                new LogisticRegression(space, new LinearSettings(new Optimizer.Sgd(1e-300, 0), false, 1, 1));
        ProgressiveValidation validation = new ProgressiveValidation(still, 0);
        for (double label : new double[] {1, 0, 0, 0})
            validation.offer(space.example(new double[] {1}, new String[0]), label);
        validation.offer(space.example(new double[] {1}, new String[0]), Double.NaN);
        assertThat(validation.accuracy()).isEqualTo(0.75);
        assertThat(validation.logLoss()).isEqualTo(Math.log(2), within(1e-12));
        assertThat(validation.meanSquaredError()).isEqualTo(0.25);
        assertThat(validation.meanAbsoluteError()).isEqualTo(0.5);
        assertThat(validation.f1()).isZero();
        assertThat(validation.refused()).isEqualTo(1);
        assertThat(validation.count()).isEqualTo(4);
    }
}
