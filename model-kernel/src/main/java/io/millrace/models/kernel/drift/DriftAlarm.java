package io.millrace.models.kernel.drift;

/**
 * A feature that has moved, in one of the ways that are looked at.
 *
 * @param drift all measures of the feature
 * @param kind what moved
 * @param p the chance of that though nothing has moved
 * @param threshold below which it had to lie
 */
public record DriftAlarm(FeatureDrift drift, Kind kind, double p, double threshold) {
    /** What can move. */
    public enum Kind {
        DISTRIBUTION,
        MISSING,
        NEW_CATEGORIES
    }
}
