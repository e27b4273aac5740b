package io.millrace.models.kernel.measure;

/**
 * How good the predicted numbers of a window were, by what is known of them by now; in the unit of the label.
 *
 * @param coverage how much of the window is known
 * @param rows that have a label and a finite error: all that follows is of these
 * @param invalid labelled rows whose error, or its square, was not finite
 * @param meanAbsoluteError mean of |label − prediction|
 * @param rootMeanSquaredError square root of the mean squared error; NaN without rows
 * @param bias mean of label − prediction: above 0 where the model predicts too little
 * @param pinball mean pinball loss at the window's quantile (Koenker and Bassett 1978)
 */
public record RegressionMeasures(
        LabelCoverage coverage,
        long rows,
        long invalid,
        Estimate meanAbsoluteError,
        double rootMeanSquaredError,
        Estimate bias,
        Estimate pinball) {}
