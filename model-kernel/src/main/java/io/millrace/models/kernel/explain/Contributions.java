package io.millrace.models.kernel.explain;

/**
 * How a score came about: base and values make the score (for classifiers in log odds, before the logistic function).
 *
 * @param base what the model gives where nothing is known of the row
 * @param values what each feature added, by its place
 * @param standardErrors of the values where they were sampled; zeros where they are exact
 */
public record Contributions(double base, double[] values, double[] standardErrors) {
    static Contributions exact(double base, double[] values) {
        return new Contributions(base, values, new double[values.length]);
    }

    /** Base and values together. */
    public double score() {
        double sum = base;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
