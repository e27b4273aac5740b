package io.millrace.models.kernel.evidence;

/** How far a simulated share can lie from the chance that it estimates. */
final class Binomial {
    private Binomial() {}

    /** The share that so many runs exceed with chance 0.1 % if the event has this chance in each: the normal bound, 3.09 deviations. */
    static double most(double chance, int runs) {
        return chance + 3.09 * Math.sqrt(chance * (1 - chance) / runs);
    }
}
