package io.millrace.models.kernel.evidence;

/**
 * What a policy would have earned per row. NaN of no rows.
 *
 * @param rows of the log
 * @param clippedRows whose weight was cut: the three estimates that follow are then too low where rewards are above 0
 * @param effectiveRows to how many rows under the target policy itself they amount (Kish 1965): where this is small, believe none of the estimates
 * @param inversePropensity unbiased but for clipping; its interval and the next two are asymptotic, for one look
 * @param selfNormalised of less variance, with a bias that goes away as 1/rows
 * @param doublyRobust unbiased but for clipping, of less variance the better the model of the reward
 * @param anytime an interval that holds at every moment, for every reward in the range, clipped or not
 */
public record OffPolicyEstimates(
        long rows,
        long clippedRows,
        double effectiveRows,
        Interval inversePropensity,
        Interval selfNormalised,
        Interval doublyRobust,
        Interval anytime) {}
