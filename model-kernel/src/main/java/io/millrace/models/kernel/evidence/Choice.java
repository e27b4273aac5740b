package io.millrace.models.kernel.evidence;

/**
 * What a bandit chose.
 *
 * @param arm from 0
 * @param propensity the chance with which it was chosen, exactly: choices are drawn from these chances themselves. Above 0
 */
public record Choice(int arm, double propensity) {
    /** The arm that a number drawn evenly from [0, 1) falls on. */
    static Choice drawn(double[] chances, double uniform) {
        if (!(uniform >= 0 && uniform < 1)) {
            throw new IllegalArgumentException("a choice is drawn with a number from [0, 1), got " + uniform);
        }
        double below = 0;
        int last = 0;
        for (int arm = 0; arm < chances.length; arm++) {
            if (chances[arm] > 0) {
                last = arm;
                below += chances[arm];
                if (uniform < below) {
                    break;
                }
            }
        }
        return new Choice(last, chances[last]);
    }

    /** Each chance at least {@code exploration} shared evenly, all together 1. */
    static void explore(double[] chances, double exploration) {
        double sum = 0;
        for (double chance : chances) {
            sum += chance;
        }
        for (int i = 0; i < chances.length; i++) {
            chances[i] = (1 - exploration) * (chances[i] / sum) + exploration / chances.length;
        }
    }

    static void requireExploration(int arms, double exploration) {
        if (arms < 2 || arms > 100 || !(exploration >= 0 && exploration <= 1)) {
            throw new IllegalArgumentException(arms + " arms with exploration " + exploration);
        }
    }
}
