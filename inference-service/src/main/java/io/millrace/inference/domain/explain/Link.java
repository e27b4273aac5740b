package io.millrace.inference.domain.explain;

/** What makes a prediction of the sum that contributions add up to. */
public enum Link {
    /** The sum is the prediction. */
    IDENTITY,
    /** The sum is in log odds: {@code 1 / (1 + e^-sum)} is the prediction. */
    LOGISTIC,
    /** The sum is a logarithm: {@code e^sum} is the prediction. */
    EXPONENTIAL,
    /** The sum is a class's own before the softmax over all classes, so that the prediction takes the others, too. */
    SOFTMAX;

    /** Whether the sum alone makes the prediction. */
    public boolean isAlone() {
        return this != SOFTMAX;
    }

    /** The prediction of a sum; of {@link #SOFTMAX} NaN. */
    public double prediction(double sum) {
        return switch (this) {
            case IDENTITY -> sum;
            case LOGISTIC -> 1 / (1 + Math.exp(-sum));
            case EXPONENTIAL -> Math.exp(sum);
            case SOFTMAX -> Double.NaN;
        };
    }

    /** How much the prediction moves with the sum there; of {@link #SOFTMAX} NaN. */
    public double slope(double sum) {
        return switch (this) {
            case IDENTITY -> 1;
            case LOGISTIC -> {
                double p = prediction(sum);
                yield p * (1 - p);
            }
            case EXPONENTIAL -> Math.exp(sum);
            case SOFTMAX -> Double.NaN;
        };
    }
}
