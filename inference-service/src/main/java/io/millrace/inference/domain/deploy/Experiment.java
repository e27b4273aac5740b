package io.millrace.inference.domain.deploy;

import java.util.List;

/**
 * What decides whether a challenger takes the champion's place, declared with the deployment.
 *
 * @param labels the label stream whose outcomes are told
 * @param champion an arm
 * @param challenger an arm, or a shadow that sees what the champion answers
 * @param objective that the challenger is to better
 * @param minimumEffect by how much at least, in the objective's unit; below 0 it is a margin of non-inferiority
 * @param alpha the chance, at most, of ever deciding wrongly, however often one looks
 * @param rows how many
 * @param automatic whether what is decided is done; else a person does it
 */
public record Experiment(
        String labels,
        String champion,
        String challenger,
        Measured objective,
        double minimumEffect,
        List<Guard> guardrails,
        double alpha,
        Rows rows,
        boolean automatic) {
    public Experiment {
        guardrails = List.copyOf(guardrails);
    }

    /**
     * What a better objective must not cost.
     *
     * @param tolerance how much worse its mean may get, 0 or more
     */
    public record Guard(Measured measured, double tolerance) {}

    /**
     * How many rows with labels.
     *
     * @param minimum of each arm before anything but a mismatch is decided
     * @param expected of both arms, around which a decision is expected: the intervals are narrowest there
     * @param maximum of both arms, after which the test stops undecided
     */
    public record Rows(long minimum, long expected, long maximum) {}
}
