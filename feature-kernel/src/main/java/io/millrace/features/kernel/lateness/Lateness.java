package io.millrace.features.kernel.lateness;

import java.time.Duration;

/**
 * The verdicts of one partition, event by event in the order of offsets. An event is late when its time lies more than the view's allowed lateness
 * before the largest event time at smaller offsets of the same partition; an event that lies exactly that far back is not. Late events are judged by, and
 * change nothing.
 *
 * <p>Only events count: a record that cannot be decoded, or whose time lies in the future of its arrival, moves nothing. So the verdict depends on the
 * partition's log alone. Not thread-safe.
 */
public final class Lateness {
    private final long allowedMicros;
    private long largest;

    /**
     * @param allowed not negative
     * @param largest the largest event time before the first event that is judged, microseconds; {@link LatenessMark#NOTHING} where there was none
     */
    public Lateness(Duration allowed, long largest) {
        if (allowed.isNegative()) {
            throw new IllegalArgumentException("the allowed lateness must not be negative, was " + allowed);
        }
        this.allowedMicros =
                Math.addExact(Math.multiplyExact(allowed.getSeconds(), 1_000_000L), allowed.getNano() / 1_000);
        this.largest = largest;
    }

    /** Judges the next event, and counts it for those behind it. */
    public boolean isLate(long timeMicros) {
        boolean late = largest != LatenessMark.NOTHING && timeMicros < largest - allowedMicros;
        largest = Math.max(largest, timeMicros);
        return late;
    }

    /** The largest event time so far, microseconds; {@link LatenessMark#NOTHING} where there was no event. */
    public long largest() {
        return largest;
    }
}
