package io.millrace.inference.domain.deploy;

import io.millrace.inference.domain.label.LabelStream.Task;
import org.jspecify.annotations.Nullable;

/** What one prediction came to once its label is there: a loss, a hit, or the label itself. */
public enum Measure {
    /** −ln of the chance that was given to the class that came; scores are held 1e−15 away from 0 and 1. */
    LOG_LOSS(false, true, 0, Double.POSITIVE_INFINITY),
    /** The squared distance of the score from the class. */
    BRIER(false, true, 0, 1),
    /** 1 where the score lies on the class' side of the threshold, else 0. */
    ACCURACY(true, true, 0, 1),
    ABSOLUTE_ERROR(false, false, 0, Double.POSITIVE_INFINITY),
    SQUARED_ERROR(false, false, 0, Double.POSITIVE_INFINITY),
    /** The loss of the quantile that the labels' definition names. */
    PINBALL(false, false, 0, Double.POSITIVE_INFINITY),
    /** The label, whatever was predicted: what an arm brought about, such as a click. */
    LABEL(true, null, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

    private static final double EDGE = 1e-15;

    private final boolean higherIsBetter;
    private final @Nullable Boolean ofClasses;
    private final double low;
    private final double high;

    Measure(boolean higherIsBetter, @Nullable Boolean ofClasses, double low, double high) {
        this.higherIsBetter = higherIsBetter;
        this.ofClasses = ofClasses;
        this.low = low;
        this.high = high;
    }

    public boolean isHigherBetter() {
        return higherIsBetter;
    }

    /** No value lies below. */
    public double low() {
        return low;
    }

    /** No value lies above. */
    public double high() {
        return high;
    }

    /** Whether it can be taken of predictions of this task. */
    public boolean fits(Task task) {
        return ofClasses == null || ofClasses == task instanceof Task.Classification;
    }

    /** The value of one prediction; NaN where the prediction is. */
    public double of(double prediction, double label, Task task) {
        return switch (this) {
            case LOG_LOSS -> {
                double chance = label >= 0.5 ? prediction : 1 - prediction;
                yield Double.isNaN(chance) ? chance : -StrictMath.log(Math.min(1 - EDGE, Math.max(EDGE, chance)));
            }
            case BRIER, SQUARED_ERROR -> (prediction - label) * (prediction - label);
            case ACCURACY -> Double.isNaN(prediction) ? prediction : hit(prediction, label, task);
            case ABSOLUTE_ERROR -> Math.abs(prediction - label);
            case PINBALL -> {
                double quantile = task instanceof Task.Regression(double declared) ? declared : 0.5;
                double gap = label - prediction;
                yield gap >= 0 ? quantile * gap : (quantile - 1) * gap;
            }
            case LABEL -> label;
        };
    }

    private static double hit(double prediction, double label, Task task) {
        double threshold = task instanceof Task.Classification(double declared) ? declared : 0.5;
        return (prediction >= threshold) == (label >= 0.5) ? 1 : 0;
    }
}
