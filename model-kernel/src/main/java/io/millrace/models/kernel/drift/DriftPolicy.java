package io.millrace.models.kernel.drift;

/**
 * When features that have moved are worth an alarm: the movement must be more than chance, over all features together, and more than is cared for.
 *
 * @param alpha the chance of a false alarm in a look at all features, where nothing has moved
 * @param correction for looking at many
 * @param minimumRows below which nothing is said
 * @param minimumPsi of a distribution; 0.1 is usual for some, 0.25 for much
 * @param minimumShare by how much the missing or the new share must have risen or fallen, 0 to 1
 */
public record DriftPolicy(
        double alpha, Correction correction, long minimumRows, double minimumPsi, double minimumShare) {
    /** How chances are held to many looks at once. */
    public enum Correction {
        /** The chance that any alarm is false is at most alpha. */
        BONFERRONI,
        /** Of the alarms, the share that is false is at most alpha on average, for independent features (Benjamini and Hochberg 1995). */
        BENJAMINI_HOCHBERG
    }

    public DriftPolicy {
        if (!(alpha > 0 && alpha < 1) || minimumRows < 0 || !(minimumPsi >= 0) || !(minimumShare >= 0)) {
            throw new IllegalArgumentException(
                    "alpha " + alpha + ", rows " + minimumRows + ", PSI " + minimumPsi + ", share " + minimumShare);
        }
    }
}
