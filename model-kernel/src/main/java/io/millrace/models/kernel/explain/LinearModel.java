package io.millrace.models.kernel.explain;

/**
 * A linear model and the means of its features in the reference.
 *
 * @param intercept what it gives of zeros
 * @param weights by feature
 * @param means by feature, of the rows that a contribution is measured against; a missing value (NaN) counts as its mean
 */
public record LinearModel(double intercept, double[] weights, double[] means) {
    public LinearModel {
        if (weights.length != means.length) {
            throw new IllegalArgumentException(weights.length + " weights and " + means.length + " means");
        }
    }

    /** Weight times distance from the mean: the Shapley values of a linear model whose features are independent (Štrumbelj and Kononenko 2014; Lundberg and Lee 2017, corollary 1). */
    public Contributions contributions(double[] row) {
        if (row.length != weights.length) {
            throw new IllegalArgumentException(weights.length + " features, got " + row.length);
        }
        double base = intercept;
        double[] values = new double[weights.length];
        for (int i = 0; i < weights.length; i++) {
            base += weights[i] * means[i];
            values[i] = Double.isNaN(row[i]) ? 0 : weights[i] * (row[i] - means[i]);
        }
        return Contributions.exact(base, values);
    }
}
