package io.millrace.models.kernel.measure;

import java.util.List;

/**
 * How good the predictions of a window were, by what is known of them by now.
 *
 * @param coverage how much of the window is known
 * @param rows that have a label and a score from 0 to 1: all that follows is of these
 * @param positives among them
 * @param invalid labelled rows whose score was no number from 0 to 1
 * @param logLoss mean of −ln of the chance given to what came, scores held 1e−15 away from 0 and 1
 * @param brier mean squared distance of the score from 0 or 1 (Brier 1950)
 * @param auc the chance that a positive scores above a negative, ties one half; its standard error after Hanley and McNeil 1982
 * @param aucError by how much {@code auc} may be off, because it is counted in bins of scores; added to nothing
 * @param calibration the reliability curve, ten bins of equal width
 * @param calibrationError mean distance of score and share over the bins, weighted by their rows; NaN without rows
 * @param confusion at the threshold of the window
 */
public record ClassificationMeasures(
        LabelCoverage coverage,
        long rows,
        long positives,
        long invalid,
        Estimate logLoss,
        Estimate brier,
        Estimate auc,
        double aucError,
        List<CalibrationPoint> calibration,
        double calibrationError,
        Confusion confusion) {}
