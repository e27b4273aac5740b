package io.millrace.inference.domain.learn;

import io.millrace.models.kernel.learn.AdaptiveRandomForest;
import io.millrace.models.kernel.learn.FeatureSpace;
import io.millrace.models.kernel.learn.HoeffdingTree;
import io.millrace.models.kernel.learn.Learner;
import io.millrace.models.kernel.learn.LinearRegression;
import io.millrace.models.kernel.learn.LinearSettings;
import io.millrace.models.kernel.learn.LogisticRegression;
import io.millrace.models.kernel.learn.TreeSettings;

/** How a model learns. */
public sealed interface Algorithm {
    /** Learns the chance of a class. */
    record Logistic(LinearSettings settings) implements Algorithm {}

    /** Learns a number. */
    record Linear(LinearSettings settings) implements Algorithm {}

    /** Learns the chance of a class; adaptive where its settings say so. */
    record Tree(TreeSettings settings) implements Algorithm {}

    /** Learns the chance of a class. */
    record Forest(AdaptiveRandomForest.Settings settings) implements Algorithm {}

    /** A learner that has learned nothing. */
    default Learner learner(FeatureSpace space, long seed) {
        return switch (this) {
            case Logistic(LinearSettings settings) -> new LogisticRegression(space, settings);
            case Linear(LinearSettings settings) -> new LinearRegression(space, settings);
            case Tree(TreeSettings settings) -> new HoeffdingTree(space, settings, seed);
            case Forest(AdaptiveRandomForest.Settings settings) -> new AdaptiveRandomForest(space, settings, seed);
        };
    }

    /** Whether labels are 0 and 1. */
    default boolean isOfClasses() {
        return !(this instanceof Linear);
    }

    /** The word by which definitions call it. */
    default String word() {
        return switch (this) {
            case Logistic _ -> "logistic-regression";
            case Linear _ -> "linear-regression";
            case Tree(TreeSettings settings) -> settings.adaptive() ? "adaptive-hoeffding-tree" : "hoeffding-tree";
            case Forest _ -> "adaptive-random-forest";
        };
    }
}
