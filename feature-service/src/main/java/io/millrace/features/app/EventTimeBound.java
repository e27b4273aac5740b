package io.millrace.features.app;

import io.millrace.features.domain.Coercion;
import java.time.Duration;
import java.time.Instant;

/**
 * How far ahead of its arrival an event's time may lie; further ahead it is taken for a mistake, because it would move what the view retains. A record of a topic arrives at its own timestamp, so that
 * every reading of the log judges alike; a pushed row arrives at the clock, before it is in the log.
 *
 * @param skew inclusive
 */
public record EventTimeBound(Duration skew) {
    public EventTimeBound {
        if (skew.isNegative()) {
            throw new IllegalArgumentException("the skew must not be negative, was " + skew);
        }
    }

    public boolean isBeyond(long timeMicros, Instant arrival) {
        return timeMicros > Coercion.micros(arrival.plus(skew));
    }
}
