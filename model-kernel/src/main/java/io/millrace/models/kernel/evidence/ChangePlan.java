package io.millrace.models.kernel.evidence;

import java.util.List;

/**
 * What is decided by a test of a change, declared before the first row.
 *
 * @param objective that the challenger is to better
 * @param minimumEffect by how much at least, in the objective's unit; below 0 it is a margin of non-inferiority
 * @param guardrails what must not get worse; each shares in {@code alpha}
 * @param alpha the chance, at most, of ever deciding wrongly on the objective or a guardrail, however often one looks
 * @param challengerShare the share of the rows that are assigned to the challenger, between 0 and 1; 1 where each row goes to both arms (a shadow)
 * @param sampleRatioAlpha the chance, at most, of ever stopping because of the shares of the arms while these are right
 * @param tightestAt for how many differences the intervals are made narrowest: rows that went to both arms, or else runs of rows in which both arms occur
 * @param minimumRows of each arm, before anything but a mismatch is decided
 * @param maximumRows of both arms, after which the test stops undecided
 */
public record ChangePlan(
        Outcome objective,
        double minimumEffect,
        List<Guardrail> guardrails,
        double alpha,
        double challengerShare,
        double sampleRatioAlpha,
        double tightestAt,
        long minimumRows,
        long maximumRows) {
    private static final int MOST_GUARDRAILS = 16;

    public ChangePlan {
        guardrails = List.copyOf(guardrails);
        require(Double.isFinite(minimumEffect), "the minimum effect must be finite, was " + minimumEffect);
        require(guardrails.size() <= MOST_GUARDRAILS, "at most " + MOST_GUARDRAILS + " guardrails");
        require(alpha > 0 && alpha < 0.5, "alpha lies between 0 and ½, was " + alpha);
        require(challengerShare > 0 && challengerShare <= 1, "no share of the rows: " + challengerShare);
        require(sampleRatioAlpha > 0 && sampleRatioAlpha < 0.5, "alpha lies between 0 and ½");
        require(tightestAt >= 1, "intervals are tightest at 1 difference or more, was " + tightestAt);
        require(minimumRows >= 0 && maximumRows > minimumRows, "rows from " + minimumRows + " to " + maximumRows);
    }

    /** Whether each row goes to both arms. */
    public boolean paired() {
        return challengerShare == 1;
    }

    /** Which chance of error each interval has: all hold at once with chance 1 − alpha (Bonferroni). */
    double alphaOfEach() {
        return alpha / (1 + guardrails.size());
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
