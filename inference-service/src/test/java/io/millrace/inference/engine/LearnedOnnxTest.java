package io.millrace.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelFile;
import io.millrace.inference.app.learn.LearnedModel;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.engine.learned.LearnedOnnx;
import io.millrace.models.kernel.learn.AdaptiveRandomForest;
import io.millrace.models.kernel.learn.FeatureSpace;
import io.millrace.models.kernel.learn.FeatureSpace.Category;
import io.millrace.models.kernel.learn.FeatureSpace.Interaction;
import io.millrace.models.kernel.learn.HoeffdingTree;
import io.millrace.models.kernel.learn.Learner;
import io.millrace.models.kernel.learn.LinearRegression;
import io.millrace.models.kernel.learn.LinearSettings;
import io.millrace.models.kernel.learn.LogisticRegression;
import io.millrace.models.kernel.learn.Optimizer;
import io.millrace.models.kernel.learn.TreeForm;
import io.millrace.models.kernel.learn.TreeSettings;
import io.millrace.models.kernel.learn.TreeSettings.LeafPrediction;
import io.millrace.models.kernel.random.Seeded;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is learned and what ONNX Runtime computes of it are the same. */
class LearnedOnnxTest {
    private static final FeatureSpace NUMBERS = new FeatureSpace(
            List.of("a", "b", "c", "d"), List.of(), List.of(new Interaction("a", "b"), new Interaction("c", "c")));
    private static final FeatureSpace PLAIN = FeatureSpace.ofNumbers("a", "b", "c", "d");
    private static final FeatureSpace MIXED = new FeatureSpace(
            List.of("a", "b"),
            List.of(new Category("kind", 1), new Category("place", 12)),
            List.of(
                    new Interaction("b", "a"),
                    new Interaction("a", "kind"),
                    new Interaction("place", "kind"),
                    new Interaction("kind", "kind")));
    private static final FeatureSpace CATEGORIES =
            new FeatureSpace(List.of(), List.of(new Category("kind", 6), new Category("place", 8)), List.of());
    private static final FeatureSpace COUNTED =
            new FeatureSpace(List.of("a", "b"), List.of(new Category("kind", 6), new Category("place", 8)), List.of());

    private static final double[] EXTREMES = {
        0, -0.0, Double.MIN_VALUE, -1e-300, 1e100, -1e100, 1, -1, 1e15, 0.1, 4503599627370497.5
    };
    private static final String[] TEXTS = {"", "日本語", "a", "ab", "abc", "abcd", "x".repeat(1001), "\u00e9\uffff", " "};

    private final Engines engines = new Engines(Optional.empty());

    @Test
    void linearModelsAreTheSame() throws Exception {
        for (Optimizer optimizer : List.of(Optimizer.Ftrl.DEFAULTS, Optimizer.AdaGrad.DEFAULTS)) {
            for (FeatureSpace space : List.of(NUMBERS, MIXED, CATEGORIES)) {
                same(new LogisticRegression(space, LinearSettings.of(optimizer)), 3_000);
                same(new LinearRegression(space, LinearSettings.of(optimizer).withLargestGradient(100)), 3_000);
            }
        }
    }

    @Test
    void modelsThatHaveLearnedNothingAreTheSame() throws Exception {
        same(new LogisticRegression(MIXED, LinearSettings.of(Optimizer.Ftrl.DEFAULTS)), 0);
        same(new HoeffdingTree(MIXED, TreeSettings.HOEFFDING.with(LeafPrediction.SHARE), 1), 0);
        same(new HoeffdingTree(CATEGORIES, TreeSettings.HOEFFDING.with(LeafPrediction.SHARE), 1), 0);
        same(new AdaptiveRandomForest(PLAIN, AdaptiveRandomForest.Settings.DEFAULTS, 1), 0);
    }

    @Test
    void treesAreTheSame() throws Exception {
        TreeSettings soon = new TreeSettings(50, 0.01, 0.05, 2001, 500, 50, 0, LeafPrediction.SHARE, false);
        for (TreeSettings settings : List.of(soon, soon.asAdaptive())) {
            for (FeatureSpace space : List.of(PLAIN, NUMBERS, CATEGORIES, COUNTED)) {
                var tree = new HoeffdingTree(space, settings, 3);
                same(tree, 8_000);
                assertThat(tree.nodes()).as("nodes of %s", space.numbers()).isGreaterThan(2);
            }
            var bayes = new HoeffdingTree(NUMBERS, settings.with(LeafPrediction.ADAPTIVE_NAIVE_BAYES), 3);
            same(bayes, 8_000);
            assertThat(bayes.form().orElseThrow().nodes()).anyMatch(node -> node instanceof TreeForm.Bayes);
        }
    }

    @Test
    void forestsAreTheSame() throws Exception {
        var settings = AdaptiveRandomForest.Settings.DEFAULTS;
        same(new AdaptiveRandomForest(NUMBERS, settings, 5), 4_000);
        var shares = new AdaptiveRandomForest.Settings(
                7, 6, 0.01, 0.001, TreeSettings.OF_A_FOREST.with(LeafPrediction.SHARE));
        same(new AdaptiveRandomForest(PLAIN, shares, 5), 4_000);
        same(new AdaptiveRandomForest(COUNTED, shares, 5), 4_000);
    }

    @Test
    void aTreeWithNaiveBayesOverCategoriesIsNone() {
        var tree = new HoeffdingTree(COUNTED, TreeSettings.HOEFFDING, 1);
        var random = new Seeded(1);
        for (int i = 0; i < 500; i++) {
            Row row = row(COUNTED, random);
            tree.learn(COUNTED.example(row.numbers, row.texts), row.isLikely(random) ? 1 : 0);
        }
        assertThat(LearnedModel.of(tree)).isEmpty();
    }

    private record Row(double[] numbers, String[] texts) {
        boolean isLikely(Seeded random) {
            double score = numbers.length > 0 ? numbers[0] - numbers[1] : 0;
            if (texts.length > 0 && texts[0].length() > 2) {
                score += 1.5;
            }
            return random.uniform() < 1 / (1 + Math.exp(-2 * score));
        }
    }

    private static Row row(FeatureSpace space, Seeded random) {
        double[] numbers = new double[space.numbers().size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = random.gaussian() * (i + 1);
        }
        String[] texts = new String[space.categories().size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = TEXTS[random.below(TEXTS.length)];
        }
        return new Row(numbers, texts);
    }

    private void same(Learner learner, int examples) throws Exception {
        FeatureSpace space = learner.space();
        var random = new Seeded(17);
        for (int i = 0; i < examples; i++) {
            Row row = row(space, random);
            learner.learn(space.example(row.numbers, row.texts), row.isLikely(random) ? 1 : 0);
        }
        LearnedModel learned = LearnedModel.of(learner).orElseThrow();
        byte[] onnx = new LearnedOnnx().write(learned);
        assertThat(new LearnedOnnx().write(LearnedModel.of(learner).orElseThrow()))
                .isEqualTo(onnx);
        List<Row> rows = rows(space, random, learned);
        double[] answers = answers(onnx, space, rows);
        for (int i = 0; i < answers.length; i++) {
            Row row = rows.get(i);
            double expected = learner.predict(space.example(row.numbers, row.texts));
            if (Double.isNaN(expected)) {
                // Squares of such numbers are beyond doubles: naive Bayes says nothing, here as there.
                assertThat(Arrays.stream(row.numbers)).anyMatch(value -> Math.abs(value) >= 1e100);
                continue;
            }
            assertThat(answers[i])
                    .as(
                            "%s of %s %s",
                            learner.getClass().getSimpleName(),
                            Arrays.toString(row.numbers),
                            Arrays.toString(row.texts))
                    .isCloseTo(expected, within(1e-6 * Math.max(1, Math.abs(expected))));
        }
    }

    /** Drawn ones, extreme ones, and those at and beside the thresholds of trees. */
    private static List<Row> rows(FeatureSpace space, Seeded random, LearnedModel learned) {
        var rows = new ArrayList<Row>();
        for (int i = 0; i < 1_000; i++) {
            Row row = row(space, random);
            if (row.numbers.length > 0 && i % 4 == 0) {
                row.numbers[random.below(row.numbers.length)] = EXTREMES[random.below(EXTREMES.length)];
            }
            if (row.texts.length > 0 && i % 5 == 0) {
                row.texts[random.below(row.texts.length)] = "t" + random.below(100_000);
            }
            rows.add(row);
        }
        if (learned instanceof LearnedModel.Trees(var form)) {
            form.trees().stream().flatMap(tree -> tree.nodes().stream()).forEach(node -> {
                if (node instanceof TreeForm.Split(int column, double threshold, int slot, int _, int _)
                        && slot < 0
                        && column < space.numbers().size()) {
                    for (double value : new double[] {threshold, Math.nextUp(threshold), Math.nextDown(threshold)}) {
                        Row row = row(space, random);
                        row.numbers[column] = value;
                        rows.add(row);
                    }
                }
            });
        }
        return rows;
    }

    private double[] answers(byte[] onnx, FeatureSpace space, List<Row> rows) throws Exception {
        var definition = new ModelDefinition("learned", "1", "model.onnx", "", List.of(), Optional.empty());
        int numbers = space.numbers().size();
        int texts = space.categories().size();
        var inputs = new ArrayList<Tensor>();
        long count = rows.size();
        if (numbers > 0) {
            ByteBuffer data = ByteBuffer.allocateDirect(rows.size() * numbers * Double.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN);
            for (Row row : rows) {
                for (double value : row.numbers) {
                    data.putDouble(value);
                }
            }
            inputs.add(new Tensor(LearnedModel.NUMBERS, Datatype.FP64, List.of(count, (long) numbers), data.flip()));
        }
        if (texts > 0) {
            var elements = new ArrayList<byte[]>();
            for (Row row : rows) {
                for (String text : row.texts) {
                    elements.add(text.getBytes(StandardCharsets.UTF_8));
                }
            }
            inputs.add(Tensor.ofStrings(LearnedModel.CATEGORIES, List.of(count, (long) texts), elements));
        }
        try (LoadedModel model = engines.load(new ModelFile(definition, ByteBuffer.wrap(onnx)))) {
            Tensor output = model.infer(inputs).outputs().getFirst();
            assertThat(output.name()).isEqualTo(LearnedModel.PREDICTION);
            assertThat(output.shape()).containsExactly(count, 1L);
            double[] answers = new double[rows.size()];
            for (int i = 0; i < answers.length; i++) {
                answers[i] = output.number(i).doubleValue();
            }
            return answers;
        }
    }
}
