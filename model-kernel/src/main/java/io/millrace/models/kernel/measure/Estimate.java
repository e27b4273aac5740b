package io.millrace.models.kernel.measure;

/**
 * A measure and how much it would vary from one window of as many rows to another.
 *
 * @param value NaN where there was nothing to measure
 * @param standardError of independent rows; NaN where it is not known
 */
public record Estimate(double value, double standardError) {
    /** Of no rows. */
    public static final Estimate NONE = new Estimate(Double.NaN, Double.NaN);
}
