package io.millrace.features.kernel.lateness;

/**
 * What is known of a partition at one offset.
 *
 * @param offset exclusive
 * @param largest the largest event time at smaller offsets, microseconds; {@link #NOTHING} where there is no event
 */
public record LatenessMark(long offset, long largest) {
    /** Before the first event. */
    public static final long NOTHING = Long.MIN_VALUE;
}
