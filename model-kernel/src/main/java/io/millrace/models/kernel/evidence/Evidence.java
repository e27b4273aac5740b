package io.millrace.models.kernel.evidence;

import java.util.List;

/**
 * What a test of a change rests on, at one moment.
 *
 * @param decision that follows
 * @param why it follows
 * @param championRows that were measured
 * @param challengerRows that were measured
 * @param invalidRows that had an outcome that is no finite number, and were left out
 * @param championAssigned rows that were sent there; of a paired test 0, as the challenger's
 * @param challengerAssigned rows that were sent there
 * @param sampleRatioP the anytime-valid p-value of the declared shares
 * @param objective by how much the challenger is better
 * @param guardrails the same of each, in the plan's order
 * @param alphaOfEach the chance that each interval ever misses
 */
public record Evidence(
        Decision decision,
        Why why,
        long championRows,
        long challengerRows,
        long invalidRows,
        long championAssigned,
        long challengerAssigned,
        double sampleRatioP,
        Gain objective,
        List<Gain> guardrails,
        double alphaOfEach) {

    /**
     * By how much the challenger is better than the champion: above 0 is good, whichever direction the outcome has.
     *
     * @param outcome its name
     * @param differences how many differences the interval is of
     * @param estimate their mean; NaN of none
     * @param lower below which the true gain does not lie, with the plan's chance, at any moment of the test
     * @param upper above which it does not lie
     * @param clipped differences outside of the declared range
     */
    public record Gain(String outcome, long differences, double estimate, double lower, double upper, long clipped) {}
}
