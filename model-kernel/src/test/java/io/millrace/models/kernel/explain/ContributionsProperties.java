package io.millrace.models.kernel.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Contributions beside Shapley's own formula over all subsets, on trees that are drawn. */
class ContributionsProperties {
    /** A tree of at most this depth, in which features repeat along a path; cover is split between children. */
    private static Tree tree(Random random, int depth, int features) {
        var nodes = new ArrayList<TreeNode>();
        grow(random, depth, features, 1 + random.nextInt(1_000), nodes);
        return new Tree(nodes);
    }

    private static int grow(Random random, int depth, int features, double cover, List<TreeNode> nodes) {
        int place = nodes.size();
        if (depth == 0 || random.nextInt(6) == 0) {
            nodes.add(TreeNode.leaf(random.nextGaussian(), cover));
            return place;
        }
        nodes.add(TreeNode.leaf(0, cover));
        double share = 0.05 + 0.9 * random.nextDouble();
        int below = grow(random, depth - 1, features, cover * share, nodes);
        int other = grow(random, depth - 1, features, cover * (1 - share), nodes);
        nodes.set(
                place,
                TreeNode.split(
                        random.nextInt(features), random.nextDouble(), below, other, random.nextBoolean(), cover));
        return place;
    }

    private static TreeEnsemble ensemble(Random random, int depth, int features, int trees) {
        var grown = new ArrayList<Tree>();
        for (int i = 0; i < trees; i++) {
            grown.add(tree(random, depth, features));
        }
        return new TreeEnsemble(random.nextGaussian(), grown, features);
    }

    private static double[] row(Random random, int features) {
        return random.doubles(features)
                .map(value -> random.nextInt(8) == 0 ? Double.NaN : value)
                .toArray();
    }

    @Test
    void treesAreAdditiveToTheScore() {
        qt().withExamples(300).forAll(longs().all(), integers().between(1, 10)).checkAssert((seed, depth) -> {
            var random = new Random(seed);
            TreeEnsemble trees = ensemble(random, depth, 1 + random.nextInt(12), 1 + random.nextInt(20));
            double[] row = row(random, trees.features());
            assertThat(trees.contributions(row).score()).isCloseTo(trees.score(row), within(1e-9));
        });
    }

    @Test
    void treesGiveShapleysValuesOverAllSubsets() {
        qt().withExamples(200).forAll(longs().all(), integers().between(1, 6)).checkAssert((seed, features) -> {
            var random = new Random(seed);
            TreeEnsemble trees = ensemble(random, 5, features, 2);
            double[] row = row(random, features);
            double[] shapley = new double[features];
            for (Tree tree : trees.trees()) {
                for (int feature = 0; feature < features; feature++) {
                    shapley[feature] += shapley(tree, row, feature);
                }
            }
            Contributions contributions = trees.contributions(row);
            for (int feature = 0; feature < features; feature++) {
                assertThat(contributions.values()[feature]).isCloseTo(shapley[feature], within(1e-10));
            }
        });
    }

    private static double shapley(Tree tree, double[] row, int feature) {
        double sum = 0;
        for (int subset = 0; subset < 1 << row.length; subset++) {
            if ((subset >>> feature & 1) == 0) {
                double gain = known(tree, 0, row, subset | 1 << feature) - known(tree, 0, row, subset);
                sum += gain / row.length / choose(row.length - 1, Integer.bitCount(subset));
            }
        }
        return sum;
    }

    private static double choose(int n, int k) {
        double value = 1;
        for (int i = 1; i <= k; i++) {
            value = value * (n - k + i) / i;
        }
        return value;
    }

    /** What the tree gives where only some features are known. */
    private static double known(Tree tree, int place, double[] row, int subset) {
        TreeNode node = tree.node(place);
        if (node.isLeaf()) {
            return node.value();
        }
        if ((subset >>> node.feature() & 1) != 0) {
            return known(tree, node.next(row), row, subset);
        }
        double below = tree.node(node.below()).cover();
        double other = tree.node(node.other()).cover();
        return (below * known(tree, node.below(), row, subset) + other * known(tree, node.other(), row, subset))
                / (below + other);
    }

    @Test
    void linearModelsAreAdditiveAndMissingValuesContributeNothing() {
        qt().withExamples(300).forAll(longs().all(), integers().between(1, 20)).checkAssert((seed, features) -> {
            var random = new Random(seed);
            double[] weights = random.doubles(features, -5, 5).toArray();
            double[] means = random.doubles(features, -5, 5).toArray();
            double[] row = row(random, features);
            Contributions contributions = new LinearModel(0.7, weights, means).contributions(row);
            double score = 0.7;
            for (int i = 0; i < features; i++) {
                score += weights[i] * (Double.isNaN(row[i]) ? means[i] : row[i]);
                assertThat(Double.isNaN(row[i]) && contributions.values()[i] != 0)
                        .isFalse();
            }
            assertThat(contributions.score()).isCloseTo(score, within(1e-9));
        });
    }

    /** Of a product, ½ (x − b)(y + c) and so on for each background row: known in closed form. The errors are those of 200 pairs; of 400 values one in 16,000 lies beyond four. */
    @Test
    void sampledContributionsAreAdditiveAndAsFarOffAsTheySay() {
        var random = new Random(4);
        double[][] background = new double[20][];
        for (int i = 0; i < background.length; i++) {
            background[i] = random.doubles(4).toArray();
        }
        var shapley = new SampledShapley(x -> 3 * x[0] * x[1] + x[2] * x[2] * x[0], background);
        int within = 0;
        int all = 0;
        for (int i = 0; i < 100; i++) {
            double[] row = random.doubles(4).toArray();
            Contributions sampled = shapley.contributions(row, 200, i);
            assertThat(sampled.score()).isCloseTo(3 * row[0] * row[1] + row[2] * row[2] * row[0], within(1e-9));
            assertThat(sampled.values()[3]).isCloseTo(0, within(1e-12));
            double exact = exactOfSecond(row, background);
            double off = Math.abs(sampled.values()[1] - exact);
            assertThat(off).isLessThanOrEqualTo(4.5 * sampled.standardErrors()[1] + 1e-12);
            within += off <= 1.96 * sampled.standardErrors()[1] ? 1 : 0;
            all++;
        }
        assertThat(within).isGreaterThan((int) (0.85 * all));
        assertThat(shapley.contributions(background[0], 40, 9).values())
                .isEqualTo(shapley.contributions(background[0], 40, 9).values());
    }

    /** Of 3·x₀·x₁ the second feature gets 3 (x₁ − b₁)(x₀ + b₀)/2 against a row b. */
    private static double exactOfSecond(double[] row, double[][] background) {
        return Arrays.stream(background)
                .mapToDouble(b -> 3 * (row[1] - b[1]) * (row[0] + b[0]) / 2)
                .average()
                .orElseThrow();
    }

    @Test
    void importanceAndPartialDependenceShowWhatTheModelUses() {
        var random = new Random(2);
        var model = new LinearModel(1, new double[] {2, 0, -1}, new double[] {0.5, 0.5, 0.5});
        var importance = new Importance(3);
        double[][] rows = new double[500][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = random.doubles(3).toArray();
            importance.add(model.contributions(rows[i]));
        }
        // the mean of |x − ½| is ¼; 500 even draws are off by 0.144/√500 = 0.0065 each
        assertThat(importance.importance()[0]).isCloseTo(0.5, within(0.052));
        assertThat(importance.importance()[1]).isZero();
        assertThat(importance.importance()[2]).isCloseTo(0.25, within(0.026));
        List<PartialDependence.Point> points =
                PartialDependence.of(row -> model.contributions(row).score(), rows, 0, new double[] {0, 1});
        assertThat(points.get(1).mean() - points.get(0).mean()).isCloseTo(2, within(1e-9));
        assertThat(points.get(0).deviation()).isCloseTo(Math.sqrt(1 / 12.0), within(0.05));
    }

    /** Of 2x − z the scores move by 2|x − x'| and |z − z'|; two even draws are a third apart on average. */
    @Test
    void shufflingAFeatureMovesTheScoresAsFarAsTheModelUsesIt() {
        var random = new Random(3);
        double[][] rows = new double[2_000][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = random.doubles(3).toArray();
        }
        double[] importance = PermutationImportance.of(
                all -> Arrays.stream(all)
                        .mapToDouble(row -> 2 * row[0] - row[2])
                        .toArray(),
                rows,
                new int[][] {{0}, {1}, {2}, {0, 2}},
                7);
        assertThat(importance[0]).isCloseTo(2 / 3.0, within(0.05));
        assertThat(importance[1]).isZero();
        assertThat(importance[2]).isCloseTo(1 / 3.0, within(0.03));
        assertThat(importance[3]).isGreaterThan(importance[0]);
    }

    /** Covers of rows are those rows' shares, as near as one row's weight that every leaf has a part of. */
    @Test
    void rowsGiveATreeItsCovers() {
        var tree = new Tree(List.of(TreeNode.split(0, 0.5, 1, 2, true, 1), TreeNode.leaf(10, 1), TreeNode.leaf(20, 1)));
        double[][] rows = new double[99][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = new double[] {i < 33 ? 0.2 : 0.8};
        }
        assertThat(tree.covered(rows).expected()).isCloseTo((33.5 * 10 + 66.5 * 20) / 100, within(1e-12));
        assertThat(tree.covered(new double[0][]).expected()).isCloseTo(15, within(1e-12));
    }

    @Test
    void whatIsNoTreeIsRefused() {
        assertThatThrownBy(() -> new Tree(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Tree(List.of(TreeNode.split(0, 1, 0, 1, true, 2), TreeNode.leaf(1, 1))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TreeEnsemble(
                        0,
                        List.of(new Tree(List.of(
                                TreeNode.split(3, 1, 1, 2, true, 2), TreeNode.leaf(1, 1), TreeNode.leaf(2, 1)))),
                        3))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
