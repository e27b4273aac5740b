package io.millrace.inference.domain.deploy;

import io.millrace.inference.domain.label.LabelStream.Task;

/**
 * A measure in its bounds.
 *
 * @param low values below are taken for it; −∞ where nothing bounds them
 * @param high values above are taken for it; +∞ where nothing bounds them
 */
public record Measured(Measure measure, double low, double high) {
    public Measured {
        if (!(low < high)) {
            throw new IllegalArgumentException("bounds of a measure: [" + low + ", " + high + "]");
        }
    }

    /** A measure in the bounds that it has by itself. */
    public static Measured of(Measure measure) {
        return new Measured(measure, measure.low(), measure.high());
    }

    public boolean isBounded() {
        return Double.isFinite(high - low);
    }

    /** The value of one prediction, in the bounds; NaN where the prediction is. */
    public double of(double prediction, double label, Task task) {
        double value = measure.of(prediction, label, task);
        return Double.isNaN(value) ? value : Math.min(high, Math.max(low, value));
    }

    /** The same as a reward from 0, the worst, to 1; of a measure with bounds. */
    public double reward(double prediction, double label, Task task) {
        double share = (of(prediction, label, task) - low) / (high - low);
        return measure.isHigherBetter() ? share : 1 - share;
    }
}
