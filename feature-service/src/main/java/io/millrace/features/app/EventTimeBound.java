package io.millrace.features.app;

import io.millrace.features.domain.Coercion;
import java.time.Duration;
import java.time.Instant;

/**
 * How far ahead of the clock an event's time may lie; further ahead it is taken for a mistake, because it would move what the view retains.
 *
 * @param skew inclusive
 */
public record EventTimeBound(Duration skew) {
    public EventTimeBound {
        if (skew.isNegative()) {
            throw new IllegalArgumentException("the skew must not be negative, was " + skew);
        }
    }

    public boolean isBeyond(long timeMicros, Instant now) {
        return timeMicros > Coercion.micros(now.plus(skew));
    }
}
