package io.millrace.inference.app.learn;

import io.millrace.definitions.MapNode;
import io.millrace.inference.domain.learn.Algorithm;
import io.millrace.models.kernel.learn.AdaptiveRandomForest;
import io.millrace.models.kernel.learn.GuardSettings;
import io.millrace.models.kernel.learn.LinearSettings;
import io.millrace.models.kernel.learn.Optimizer;
import io.millrace.models.kernel.learn.TreeSettings;
import io.millrace.models.kernel.learn.TreeSettings.LeafPrediction;
import java.util.Map;
import java.util.function.Supplier;

/** Reads the {@code learner} of a definition. What is left out is as the kernel has it. */
final class LearnerNode {
    static final Algorithm NOTHING = new Algorithm.Logistic(LinearSettings.of(Optimizer.Ftrl.DEFAULTS));

    private static final double MOST = 1e9;

    /** Kinds of algorithms, as definitions write them. */
    private enum Word {
        LOGISTIC_REGRESSION,
        LINEAR_REGRESSION,
        HOEFFDING_TREE,
        ADAPTIVE_HOEFFDING_TREE,
        ADAPTIVE_RANDOM_FOREST
    }

    private LearnerNode() {}

    /** @param categories whether there are columns of texts */
    static Algorithm read(MapNode node, boolean categories, GuardSettings guard) {
        if (!node.has("algorithm")) {
            node.fault(
                    "algorithm",
                    "'algorithm' is missing: expected logistic-regression, linear-regression, hoeffding-tree,"
                            + " adaptive-hoeffding-tree or adaptive-random-forest");
        }
        Algorithm algorithm =
                switch (node.optionalEnum("algorithm", Word.class).orElse(Word.LOGISTIC_REGRESSION)) {
                    case LOGISTIC_REGRESSION -> new Algorithm.Logistic(linear(node, 1));
                    case LINEAR_REGRESSION -> new Algorithm.Linear(linear(node, guard.highest() - guard.lowest()));
                    case HOEFFDING_TREE -> new Algorithm.Tree(tree(node, TreeSettings.HOEFFDING, categories));
                    case ADAPTIVE_HOEFFDING_TREE ->
                        new Algorithm.Tree(tree(node, TreeSettings.HOEFFDING.asAdaptive(), categories));
                    case ADAPTIVE_RANDOM_FOREST -> new Algorithm.Forest(forest(node, categories));
                };
        node.refuseUnknownKeys();
        return algorithm;
    }

    private static LinearSettings linear(MapNode node, double usualGradient) {
        Optimizer optimizer =
                node.optionalMap("optimizer").map(LearnerNode::optimizer).orElse(Optimizer.Ftrl.DEFAULTS);
        LinearSettings usual = LinearSettings.of(optimizer).withLargestGradient(usualGradient);
        return made(
                node,
                usual,
                () -> new LinearSettings(
                        optimizer,
                        node.optionalBoolean("standardise").orElse(usual.standardise()),
                        bounded(node, "largest-input", usual.largestInput()),
                        bounded(node, "largest-gradient", usual.largestGradient())));
    }

    private static Optimizer optimizer(MapNode node) {
        if (node.keys().size() != 1) {
            node.faults().add(node.place(), "'optimizer' is one of ftrl, adagrad and sgd with its settings");
        }
        Optimizer.Ftrl usual = Optimizer.Ftrl.DEFAULTS;
        Optimizer read = node.optionalMap("ftrl")
                .<Optimizer>map(ftrl -> closed(
                        ftrl,
                        made(
                                ftrl,
                                usual,
                                () -> new Optimizer.Ftrl(
                                        bounded(ftrl, "alpha", usual.alpha()),
                                        bounded(ftrl, "beta", usual.beta()),
                                        bounded(ftrl, "l1", usual.l1()),
                                        bounded(ftrl, "l2", usual.l2())))))
                .or(() -> node.optionalMap("adagrad")
                        .map(adaGrad -> closed(
                                adaGrad,
                                made(
                                        adaGrad,
                                        Optimizer.AdaGrad.DEFAULTS,
                                        () -> new Optimizer.AdaGrad(
                                                bounded(adaGrad, "rate", Optimizer.AdaGrad.DEFAULTS.rate()))))))
                .or(() -> node.optionalMap("sgd")
                        .map(sgd -> closed(
                                sgd,
                                made(
                                        sgd,
                                        Optimizer.Sgd.DEFAULTS,
                                        () -> new Optimizer.Sgd(
                                                bounded(sgd, "rate", Optimizer.Sgd.DEFAULTS.rate()),
                                                bounded(
                                                        sgd,
                                                        "intercept-rate",
                                                        Optimizer.Sgd.DEFAULTS.interceptRate()))))))
                .orElse(usual);
        node.refuseUnknownKeys();
        return read;
    }

    private static <T> T closed(MapNode node, T read) {
        node.refuseUnknownKeys();
        return read;
    }

    private static AdaptiveRandomForest.Settings forest(MapNode node, boolean categories) {
        AdaptiveRandomForest.Settings usual = AdaptiveRandomForest.Settings.DEFAULTS;
        TreeSettings tree = tree(node, usual.tree(), categories)
                .withColumnsPerLeaf(whole(node, "columns-per-leaf", usual.tree().columnsPerLeaf()));
        return made(
                node,
                usual,
                () -> new AdaptiveRandomForest.Settings(
                        whole(node, "trees", usual.trees()),
                        bounded(node, "mean", usual.mean()),
                        bounded(node, "warning", usual.warning()),
                        bounded(node, "change", usual.change()),
                        tree));
    }

    private static TreeSettings tree(MapNode node, TreeSettings usual, boolean categories) {
        LeafPrediction leaf = node.optionalChoice(
                        "leaf",
                        Map.of(
                                "share", LeafPrediction.SHARE,
                                "adaptive-naive-bayes", LeafPrediction.ADAPTIVE_NAIVE_BAYES))
                .orElse(categories ? LeafPrediction.SHARE : LeafPrediction.ADAPTIVE_NAIVE_BAYES);
        if (categories && leaf != LeafPrediction.SHARE) {
            node.fault(
                    "leaf",
                    "leaves of naive Bayes over categories cannot be written as ONNX: say 'leaf: share', or leave the"
                            + " categories out");
        }
        return made(
                node,
                usual,
                () -> new TreeSettings(
                        whole(node, "grace", usual.grace()),
                        bounded(node, "delta", usual.delta()),
                        bounded(node, "tau", usual.tau()),
                        whole(node, "nodes", usual.mostNodes()),
                        whole(node, "active-leaves", usual.mostActiveLeaves()),
                        whole(node, "depth", usual.mostDepth()),
                        usual.columnsPerLeaf(),
                        leaf,
                        usual.adaptive()));
    }

    /** What is made of a node's keys; the usual and a fault where they are out of bounds. */
    static <T> T made(MapNode node, T usual, Supplier<T> make) {
        try {
            return make.get();
        } catch (IllegalArgumentException e) {
            node.faults().add(node.place(), String.valueOf(e.getMessage()));
            return usual;
        }
    }

    static int whole(MapNode node, String key, int usual) {
        long value = node.optionalLong(key).orElse((long) usual);
        if (Math.abs(value) > MOST) {
            node.fault(key, "'" + key + "' must be at most " + (long) MOST + ", was " + value);
            return usual;
        }
        return (int) value;
    }

    /** A number that is not beyond all measure: what a learner multiplies with it stays finite. */
    private static double bounded(MapNode node, String key, double usual) {
        double value = node.optionalDouble(key).orElse(usual);
        if (!(Math.abs(value) <= MOST)) {
            node.fault(key, "'" + key + "' must be at most 1e9, was " + value);
            return usual;
        }
        return value;
    }
}
