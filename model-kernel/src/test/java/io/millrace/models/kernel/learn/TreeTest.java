package io.millrace.models.kernel.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.models.kernel.random.Seeded;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TreeTest {
    private static final TreeSettings SHARES = TreeSettings.HOEFFDING.with(TreeSettings.LeafPrediction.SHARE);

    @Test
    void theNormalDistributionIsThatOfTheTables() {
        assertThat(SplitSearch.normal(0)).isEqualTo(0.5, within(1e-7));
        assertThat(SplitSearch.normal(1)).isEqualTo(0.841344746, within(1e-7));
        assertThat(SplitSearch.normal(-1.959963985)).isEqualTo(0.025, within(1e-7));
    }

    @Test
    void aStepIsFoundWhereItIs() {
        HoeffdingTree tree = new HoeffdingTree(Streams.NUMBERS, SHARES, 1);
        Seeded random = new Seeded(1);
        for (int i = 0; i < 20_000; i++) {
            Example example = Streams.numbers(random);
            tree.learn(example, example.dense(1) > 0.3 ? 1 : 0);
        }
        TreeForm form = tree.form().orElseThrow();
        assertThat(form.nodes().getFirst()).isInstanceOfSatisfying(TreeForm.Split.class, split -> {
            assertThat(split.column()).isEqualTo(1);
            // Ten thresholds of a range of one: the nearest is at most half a step of 1/11 away.
            assertThat(split.threshold()).isEqualTo(0.3, within(0.5 / 11 + 0.01));
        });
    }

    @Test
    void aCategoryIsSplitAtTheValueThatMatters() {
        FeatureSpace space =
                new FeatureSpace(List.of("noise"), List.of(new FeatureSpace.Category("kind", 10)), List.of());
        HoeffdingTree tree = new HoeffdingTree(space, SHARES, 1);
        Seeded random = new Seeded(2);
        for (int i = 0; i < 5000; i++) {
            String kind = "k" + random.below(6);
            tree.learn(space.example(new double[] {random.uniform()}, new String[] {kind}), "k3".equals(kind) ? 1 : 0);
        }
        assertThat(tree.form().orElseThrow().nodes().getFirst()).isInstanceOfSatisfying(TreeForm.Split.class, split -> {
            assertThat(split.column()).isEqualTo(1);
            assertThat(split.slot()).isEqualTo(space.slotOf(0, "k3"));
        });
    }

    @Test
    void noiseIsNotSplitBeforeTheTieBreakSaysSo() {
        // With tau 0 a split of pure noise is wrong, and Hoeffding's bound lets it happen with delta 1e-7 for each of
        // 200 attempts.
        TreeSettings strict = new TreeSettings(100, 1e-7, 0, 101, 50, 20, 0, TreeSettings.LeafPrediction.SHARE, false);
        HoeffdingTree tree = new HoeffdingTree(Streams.NUMBERS, strict, 1);
        Seeded random = new Seeded(3);
        for (int i = 0; i < 20_000; i++) tree.learn(Streams.numbers(random), random.below(2));
        assertThat(tree.nodes()).isEqualTo(1);
    }

    @Test
    void nodesAndActiveLeavesStayWithinTheirBounds() {
        TreeSettings eager =
                new TreeSettings(10, 0.9, 1, 41, 7, 50, 2, TreeSettings.LeafPrediction.ADAPTIVE_NAIVE_BAYES, true);
        HoeffdingTree tree = new HoeffdingTree(Streams.NUMBERS, eager, 1);
        Seeded random = new Seeded(4);
        int most = 0;
        for (int i = 0; i < 30_000; i++) {
            Example example = Streams.numbers(random);
            double label = Streams.board(example, random);
            tree.learn(example, i / 5000 % 2 == 0 ? label : 1 - label);
            most = Math.max(most, tree.nodes());
            assertThat(tree.activeLeaves()).isLessThanOrEqualTo(7);
        }
        assertThat(most).isBetween(30, 41);
    }

    @Test
    void treesFindWhatNoLineFinds() {
        List<Classifier> classifiers = List.of(
                new HoeffdingTree(Streams.NUMBERS, TreeSettings.HOEFFDING, 1),
                new HoeffdingTree(Streams.NUMBERS, TreeSettings.HOEFFDING.asAdaptive(), 1),
                new AdaptiveRandomForest(Streams.NUMBERS, AdaptiveRandomForest.Settings.DEFAULTS, 1));
        for (Classifier classifier : classifiers) {
            Seeded random = new Seeded(5);
            double wrong = wrong(classifier, random, 30_000, false, 0.8);
            // The noise alone is 0.05; always the larger class is 0.5.
            assertThat(wrong).as(classifier.getClass().getSimpleName()).isLessThan(0.15);
        }
    }

    @Test
    void adaptiveTreesRecoverFromALawThatTurnsRound() {
        // 20,000 rows of one law and then 20,000 of its opposite: a learner that only counts is at best at chance when
        // both weigh the same.
        HoeffdingTree plain = new HoeffdingTree(Streams.NUMBERS, SHARES, 1);
        HoeffdingTree adaptive = new HoeffdingTree(Streams.NUMBERS, SHARES.asAdaptive(), 1);
        AdaptiveRandomForest forest =
                new AdaptiveRandomForest(Streams.NUMBERS, AdaptiveRandomForest.Settings.DEFAULTS, 1);
        var errors = new ArrayList<Double>();
        for (Classifier classifier : List.of(plain, adaptive, forest)) {
            wrong(classifier, new Seeded(6), 20_000, false, 1);
            errors.add(wrong(classifier, new Seeded(7), 20_000, true, 0.75));
        }
        assertThat(errors.get(1)).isLessThan(0.15).isLessThan(errors.get(0));
        assertThat(errors.get(2)).isLessThan(0.15);
    }

    private static double wrong(Classifier classifier, Seeded random, int rows, boolean turned, double counted) {
        double wrong = 0;
        for (int i = 0; i < rows; i++) {
            Example example = Streams.numbers(random);
            double label = Streams.board(example, random);
            if (turned) label = 1 - label;
            if (i >= rows * (1 - counted) && classifier.predict(example) > 0.5 != (label == 1)) wrong++;
            classifier.learn(example, label);
        }
        return wrong / (rows * counted);
    }

    @Test
    void aPlainFormPredictsWhatTheTreePredicts() {
        for (TreeSettings settings : List.of(SHARES, TreeSettings.HOEFFDING, TreeSettings.HOEFFDING.asAdaptive())) {
            HoeffdingTree tree = new HoeffdingTree(Streams.NUMBERS, settings, 1);
            Seeded random = new Seeded(8);
            for (int i = 0; i < 20_000; i++) {
                Example example = Streams.numbers(random);
                tree.learn(example, Streams.board(example, random));
            }
            assertThat(tree.nodes()).isGreaterThan(3);
            TreeForm form = tree.form().orElseThrow();
            for (int i = 0; i < 2000; i++) {
                Example example = Streams.numbers(random);
                assertThat(form.evaluate(example)).isEqualTo(tree.predict(example), within(1e-12));
            }
        }
    }

    @Test
    void bayesOverCategoriesHasNoPlainForm() {
        FeatureSpace space = new FeatureSpace(List.of(), List.of(new FeatureSpace.Category("kind", 10)), List.of());
        HoeffdingTree tree = new HoeffdingTree(space, TreeSettings.HOEFFDING, 1);
        Seeded random = new Seeded(9);
        for (int i = 0; i < 150; i++) {
            int kind = random.below(4);
            tree.learn(space.example(new double[0], new String[] {"k" + kind}), kind % 2);
        }
        assertThat(tree.form()).isEmpty();
    }
}
