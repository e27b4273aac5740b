package io.millrace.models.kernel.measure;

/**
 * One bin of a reliability curve.
 *
 * @param from the lowest score in it
 * @param to above its scores; the last bin holds 1 too
 * @param rows that had such a score and a label
 * @param meanScore of them; NaN without rows
 * @param positiveShare how many of them turned out positive, 0 to 1; NaN without rows. Equal to the mean score where the model is calibrated
 */
public record CalibrationPoint(double from, double to, long rows, double meanScore, double positiveShare) {}
