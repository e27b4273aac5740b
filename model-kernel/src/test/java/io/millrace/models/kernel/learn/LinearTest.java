package io.millrace.models.kernel.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.models.kernel.random.Seeded;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinearTest {
    @Test
    void ftrlStepsAsTheFormulaSays() {
        FeatureSpace space = FeatureSpace.ofNumbers("x");
        LinearSettings settings = new LinearSettings(new Optimizer.Ftrl(0.5, 1, 0.1, 0.2), false, 1e9, 1e9);
        LogisticRegression model = new LogisticRegression(space, settings);
        double[] rows = {2, -1, 3};
        double[] labels = {1, 1, 0};
        double z = 0;
        double n = 0;
        double z0 = 0;
        double n0 = 0;
        for (int i = 0; i < rows.length; i++) {
            double w = Math.abs(z) <= 0.1 ? 0 : -(z - Math.signum(z) * 0.1) / ((1 + Math.sqrt(n)) / 0.5 + 0.2);
            double w0 = -z0 / ((1 + Math.sqrt(n0)) / 0.5);
            Example example = space.example(new double[] {rows[i]}, new String[0]);
            double p = 1 / (1 + Math.exp(-(w * rows[i] + w0)));
            assertThat(model.predict(example)).isEqualTo(p, within(1e-14));
            model.learn(example, labels[i]);
            double g = (p - labels[i]) * rows[i];
            z += g - (Math.sqrt(n + g * g) - Math.sqrt(n)) / 0.5 * w;
            n += g * g;
            double g0 = p - labels[i];
            z0 += g0 - (Math.sqrt(n0 + g0 * g0) - Math.sqrt(n0)) / 0.5 * w0;
            n0 += g0 * g0;
        }
    }

    @Test
    void aLargePenaltyLeavesWeightsOfNoiseAtExactlyZero() {
        FeatureSpace space = FeatureSpace.ofNumbers("signal", "noise");
        LogisticRegression model = new LogisticRegression(space, LinearSettings.of(new Optimizer.Ftrl(0.1, 1, 60, 0)));
        Seeded random = new Seeded(1);
        for (int i = 0; i < 5000; i++) {
            double[] row = {random.gaussian(), random.gaussian()};
            model.learn(space.example(row, new String[0]), row[0] > 0 ? 1 : 0);
        }
        assertThat(model.weights()[0]).isPositive();
        assertThat(model.weights()[1]).isZero();
    }

    @Test
    void everyOptimizerComesCloseToTheLawOfTheStream() {
        // The mean squared gap to the law's own probability over rows 20,000 to 25,000: chance, 0.5 throughout, has
        // 0.11.
        for (Optimizer optimizer :
                List.of(new Optimizer.Ftrl(0.3, 1, 0, 0), new Optimizer.AdaGrad(0.3), new Optimizer.Sgd(0.01, 0.01))) {
            LogisticRegression model = new LogisticRegression(Streams.MIXED, LinearSettings.of(optimizer));
            Seeded random = new Seeded(5);
            double excess = 0;
            double chance = 0;
            for (int i = 0; i < 25_000; i++) {
                Example example = Streams.mixed(random);
                double label = Streams.mixedClass(example, random);
                double score = 2 * (example.dense(0) - 3)
                        - (example.dense(1) - 100) / 20
                        + (example.slot(0) == Streams.MIXED.slotOf(0, "kind1") ? 1 : 0);
                double law = 1 / (1 + Math.exp(-score));
                double gap = model.predict(example) - law;
                if (i >= 20_000) {
                    excess += gap * gap;
                    chance += (0.5 - law) * (0.5 - law);
                }
                model.learn(example, label);
            }
            assertThat(excess).as(optimizer.toString()).isLessThan(0.1 * chance);
        }
    }

    @Test
    void linearRegressionFindsTheLineOfTheStream() {
        for (Optimizer optimizer : List.of(new Optimizer.Ftrl(1, 1, 0, 0), new Optimizer.AdaGrad(0.5))) {
            LinearRegression model = new LinearRegression(
                    Streams.MIXED, LinearSettings.of(optimizer).withLargestGradient(20));
            Seeded random = new Seeded(6);
            double error = 0;
            for (int i = 0; i < 40_000; i++) {
                Example example = Streams.mixed(random);
                double label = Streams.mixedNumber(example, random);
                if (i >= 35_000) error += Math.abs(model.predict(example) - label) / 5000;
                model.learn(example, label);
            }
            // Noise of deviation 0.1 alone has a mean absolute error of 0.08; the label's own deviation is 2.8.
            assertThat(error).as(optimizer.toString()).isLessThan(0.3);
        }
    }

    @Test
    void whatIsNotFiniteIsRefusedWithItsReasonAndLeavesTheLearnerAsItWas() {
        for (Learner learner : LearnerProperties.learners(Streams.MIXED)) {
            Seeded random = new Seeded(2);
            for (int i = 0; i < 50; i++) {
                Example example = Streams.mixed(random);
                learner.learn(example, Streams.mixedClass(example, random));
            }
            byte[] before = States.bytes(learner);
            Example fine = Streams.mixed(random);
            var said = new ArrayList<Outcome>();
            for (double value : new double[] {Double.NaN, Double.NEGATIVE_INFINITY, 1e200}) {
                Example bad = Streams.MIXED.example(new double[] {value, 1, 1}, new String[] {"x", "y"});
                said.add(learner.learn(bad, 1));
            }
            said.add(learner.learn(fine, Double.NaN));
            said.add(learner.learn(fine, Double.POSITIVE_INFINITY));
            said.add(learner.learn(fine, 1e101));
            assertThat(said)
                    .containsExactly(
                            Outcome.FEATURE_NOT_FINITE,
                            Outcome.FEATURE_NOT_FINITE,
                            Outcome.FEATURE_TOO_LARGE,
                            Outcome.LABEL_NOT_FINITE,
                            Outcome.LABEL_NOT_FINITE,
                            Outcome.LABEL_OUT_OF_RANGE);
            assertThat(States.bytes(learner)).isEqualTo(before);
        }
    }

    @Test
    void aPlainFormPredictsWhatTheLearnerPredicts() {
        for (LinearSettings settings : List.of(
                LinearSettings.of(Optimizer.Ftrl.DEFAULTS),
                LinearSettings.of(Optimizer.AdaGrad.DEFAULTS).unbounded(),
                new LinearSettings(new Optimizer.AdaGrad(0.1), true, 0.5, 1),
                new LinearSettings(new Optimizer.Ftrl(0.01, 1, 0, 0), false, 50, 1))) {
            LogisticRegression logistic = new LogisticRegression(Streams.MIXED, settings);
            LinearRegression linear = new LinearRegression(Streams.MIXED, settings);
            Seeded random = new Seeded(3);
            for (int i = 0; i < 3000; i++) {
                Example example = Streams.mixed(random);
                logistic.learn(example, Streams.mixedClass(example, random));
                linear.learn(example, Streams.mixedNumber(example, random));
            }
            LinearForm ofLogistic = logistic.form();
            LinearForm ofLinear = linear.form();
            for (int i = 0; i < 1000; i++) {
                Example example = Streams.mixed(random);
                assertThat(ofLogistic.evaluate(example)).isEqualTo(logistic.predict(example), within(1e-12));
                assertThat(ofLinear.evaluate(example)).isEqualTo(linear.predict(example), within(1e-12));
            }
        }
    }
}
