package io.millrace.models.kernel.learn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Settings of a linear model.
 *
 * @param standardise whether numbers are taken in units of their running mean and deviation
 * @param largestInput numbers, standardised where they are, are cut to ± this; above 0, may be infinite
 * @param largestGradient the loss' derivative by the score is cut to ± this, in units of the label; above 0
 */
public record LinearSettings(Optimizer optimizer, boolean standardise, double largestInput, double largestGradient) {
    public LinearSettings {
        if (!(largestInput > 0 && largestGradient > 0)) {
            throw new IllegalArgumentException(
                    "largest input and gradient must be above 0, were " + largestInput + " and " + largestGradient);
        }
    }

    /** Standardised, with inputs up to ten deviations and gradients up to one unit, which a logistic loss does not exceed anyway. */
    public static LinearSettings of(Optimizer optimizer) {
        return new LinearSettings(optimizer, true, 10, 1);
    }

    /** The same without any bound on what one example does, for comparisons. */
    public LinearSettings unbounded() {
        return new LinearSettings(optimizer, standardise, Double.POSITIVE_INFINITY, 1e12);
    }

    /** The same with another bound on the gradient. */
    public LinearSettings withLargestGradient(double bound) {
        return new LinearSettings(optimizer, standardise, largestInput, bound);
    }

    /**
     * The most that one example, whatever it holds, moves one weight. For FTRL-Proximal a step is |g| / ((β + √(n + g²)) / α + λ2) at most, since soft
     * thresholding brings no two points further apart; for AdaGrad rate · |g| / √(n + g²); both are at most the rate. For plain descent it is the rate times the
     * largest gradient times the largest input.
     */
    public double largestStep() {
        return switch (optimizer) {
            case Optimizer.Ftrl ftrl -> ftrl.alpha();
            case Optimizer.AdaGrad adaGrad -> adaGrad.rate();
            case Optimizer.Sgd sgd ->
                largestGradient * Math.max(sgd.rate() * Math.max(1, largestInput), sgd.interceptRate());
        };
    }

    void write(DataOutput out) throws IOException {
        Optimizer.write(optimizer, out);
        out.writeBoolean(standardise);
        out.writeDouble(largestInput);
        out.writeDouble(largestGradient);
    }

    static LinearSettings read(DataInput in) throws IOException {
        return new LinearSettings(Optimizer.read(in), in.readBoolean(), in.readDouble(), in.readDouble());
    }
}
