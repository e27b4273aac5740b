package io.millrace.features.app.batch;

/**
 * Event times, microseconds since the epoch, both inclusive.
 *
 * @param fromMicros {@link Long#MIN_VALUE} where there is no bound
 * @param toMicros {@link Long#MAX_VALUE} where there is no bound
 */
public record TimeRange(long fromMicros, long toMicros) {
    /** Every time. */
    public static final TimeRange ALL = new TimeRange(Long.MIN_VALUE, Long.MAX_VALUE);

    public boolean contains(long micros) {
        return micros >= fromMicros && micros <= toMicros;
    }

    boolean overlaps(TimeRange other) {
        return fromMicros <= other.toMicros && other.fromMicros <= toMicros;
    }
}
