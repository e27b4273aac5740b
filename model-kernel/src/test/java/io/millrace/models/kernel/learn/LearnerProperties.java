package io.millrace.models.kernel.learn;

import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import io.millrace.models.kernel.random.Seeded;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LearnerProperties {
    private static final int ROWS = 600;

    static List<Learner> learners(FeatureSpace space) {
        TreeSettings soon =
                new TreeSettings(20, 0.2, 0.3, 61, 12, 20, 0, TreeSettings.LeafPrediction.ADAPTIVE_NAIVE_BAYES, false);
        return List.of(
                new LogisticRegression(space, LinearSettings.of(Optimizer.Ftrl.DEFAULTS)),
                new LogisticRegression(space, LinearSettings.of(new Optimizer.Ftrl(0.1, 1, 0.5, 0))),
                new LogisticRegression(space, LinearSettings.of(Optimizer.AdaGrad.DEFAULTS)),
                new LogisticRegression(
                        space, LinearSettings.of(Optimizer.Sgd.DEFAULTS).unbounded()),
                new LinearRegression(space, LinearSettings.of(Optimizer.Ftrl.DEFAULTS)),
                new LinearRegression(space, LinearSettings.of(Optimizer.AdaGrad.DEFAULTS)),
                new HoeffdingTree(space, soon, 1),
                new HoeffdingTree(space, soon.asAdaptive(), 2),
                new AdaptiveRandomForest(space, new AdaptiveRandomForest.Settings(3, 6, 0.2, 0.1, soon), 3));
    }

    @Test
    void aRestoredLearnerGoesOnToTheBit() {
        qt().withExamples(25).forAll(longs().all(), integers().between(0, ROWS)).check((seed, cut) -> {
            for (Learner learner : learners(Streams.MIXED)) {
                if (!goesOn(learner, seed, cut)) return false;
            }
            return true;
        });
    }

    private static boolean goesOn(Learner one, long seed, int cut) {
        Seeded random = new Seeded(seed);
        Learner other = one;
        boolean same = true;
        for (int i = 0; i <= ROWS; i++) {
            if (i == cut) other = States.learner(States.bytes(one));
            Example example = Streams.mixed(random);
            // The law turns round half-way, so that branches and trees are replaced.
            double label = Streams.mixedClass(example, random);
            if (i > ROWS / 2) label = 1 - label;
            if (other != one) {
                same &= bits(other.predict(example)) == bits(one.predict(example));
                other.learn(example, label);
            }
            one.learn(example, label);
        }
        return same && Arrays.equals(States.bytes(one), States.bytes(other));
    }

    @Test
    void predictingChangesNothing() {
        qt().withExamples(10).forAll(longs().all()).check(seed -> {
            Seeded random = new Seeded(seed);
            for (Learner learner : learners(Streams.MIXED)) {
                for (int i = 0; i < 100; i++) {
                    Example example = Streams.mixed(random);
                    learner.learn(example, Streams.mixedClass(example, random));
                }
                byte[] before = States.bytes(learner);
                for (int i = 0; i < 20; i++) learner.predict(Streams.mixed(random));
                if (!Arrays.equals(before, States.bytes(learner))) return false;
            }
            return true;
        });
    }

    @Test
    void noExampleMovesAWeightByMoreThanTheBoundOfTheSettings() {
        List<LinearSettings> all = List.of(
                LinearSettings.of(new Optimizer.Ftrl(0.3, 0.5, 0.1, 0.1)),
                LinearSettings.of(new Optimizer.Ftrl(0.3, 0, 0, 0)).withLargestGradient(5),
                LinearSettings.of(new Optimizer.AdaGrad(0.2)).withLargestGradient(100),
                LinearSettings.of(new Optimizer.Sgd(0.05, 0.5)).withLargestGradient(3));
        qt().withExamples(40)
                .forAll(longs().all(), integers().between(0, all.size() - 1))
                .check((seed, which) -> {
                    LinearSettings settings = all.get(which);
                    Seeded random = new Seeded(seed);
                    LinearRegression model = new LinearRegression(Streams.MIXED, settings);
                    for (int i = 0; i < 200; i++) {
                        double[] before = model.weights();
                        double size = Math.scalb(1.0, random.below(60));
                        Example example = Streams.MIXED.example(
                                new double[] {size * random.gaussian(), random.gaussian(), size},
                                new String[] {"k" + random.below(3), "p"});
                        model.learn(example, size * random.gaussian());
                        double[] after = model.weights();
                        for (int w = 0; w < after.length; w++) {
                            if (Math.abs(after[w] - before[w]) > settings.largestStep() * (1 + 1e-12)) return false;
                        }
                    }
                    return true;
                });
    }

    private static long bits(double value) {
        return Double.doubleToRawLongBits(value);
    }
}
