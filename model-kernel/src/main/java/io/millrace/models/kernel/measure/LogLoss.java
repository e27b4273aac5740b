package io.millrace.models.kernel.measure;

/** The log loss of one prediction. */
public final class LogLoss {
    /** Scores are held this far from 0 and 1 in the logarithm: one sure and wrong prediction costs 34.5, not infinity. */
    private static final double CLIP = 1e-15;

    private LogLoss() {}

    /**
     * {@code −ln} of the chance that was given to what came, in nats; a chance of 0 counts as the smallest that is told from it.
     *
     * @param score the chance of the positive class, 0 to 1
     */
    public static double of(double score, boolean positive) {
        double chance = positive ? score : 1 - score;
        return chance > 0.5
                ? -StrictMath.log1p(-Math.max(CLIP, positive ? 1 - score : score))
                : -StrictMath.log(Math.max(CLIP, chance));
    }
}
