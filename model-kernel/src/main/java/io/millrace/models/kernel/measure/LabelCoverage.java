package io.millrace.models.kernel.measure;

/**
 * How much of what was predicted is known by now. Measures of a window with few labels say little, and those that come early may be of another kind than those that come late.
 *
 * @param predictions made in the window
 * @param labels of these predictions that have come
 * @param medianAgeMicros between a prediction and its label; this and the others at most an eighth above the true value; 0 without labels
 * @param p95AgeMicros below which 95 % of them lie
 * @param longestAgeMicros of all
 */
public record LabelCoverage(
        long predictions, long labels, long medianAgeMicros, long p95AgeMicros, long longestAgeMicros) {
    /** The share of the predictions that have a label, 0 to 1 where each prediction was counted; NaN without predictions. */
    public double share() {
        return predictions == 0 ? Double.NaN : (double) labels / predictions;
    }
}
