package io.millrace.models.kernel.drift;

import java.util.List;

/**
 * How far a feature has moved from its reference.
 *
 * @param feature its name
 * @param rows that were compared with the reference, missing ones included
 * @param psi population stability index, natural logarithm, over the cells that are large enough to compare
 * @param psiCritical what it exceeds with chance 1 % at these numbers of rows, though nothing has moved
 * @param jensenShannon divergence in bits, 0 to 1, over the same cells
 * @param distributionP the chance of cells this far apart though nothing has moved
 * @param ks largest distance of the two distribution functions at the cells' edges; NaN for categories
 * @param ksP its chance though nothing has moved, never too low; NaN for categories
 * @param missingShare of the rows, 0 to 1
 * @param missingReference of the rows of the reference
 * @param missingP the chance of such a difference though nothing has moved
 * @param imputedShare of the rows for which the model was given another value
 * @param newShare of the rows that have a category which the reference does not know; NaN for numbers
 * @param newP the chance of so many though nothing has moved; NaN where the reference does not hold all
 * @param newCategories the first sixteen by name
 */
public record FeatureDrift(
        String feature,
        long rows,
        double psi,
        double psiCritical,
        double jensenShannon,
        double distributionP,
        double ks,
        double ksP,
        double missingShare,
        double missingReference,
        double missingP,
        double imputedShare,
        double newShare,
        double newP,
        List<String> newCategories) {}
