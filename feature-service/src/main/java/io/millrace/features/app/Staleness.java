package io.millrace.features.app;

import java.util.OptionalLong;

/**
 * How far a view is behind the world, as far as it knows.
 *
 * @param ageMicros the clock's time at the read minus the event time of the newest applied event, not below 0; empty where no event was applied yet
 * @param lag records of the source that are not yet applied, as last heard of; empty where that is not known
 */
public record Staleness(OptionalLong ageMicros, OptionalLong lag) {
    static Staleness of(OptionalLong newestMicros, long nowMicros, long lag) {
        return new Staleness(
                newestMicros.isPresent()
                        ? OptionalLong.of(Math.max(0, nowMicros - newestMicros.getAsLong()))
                        : OptionalLong.empty(),
                lag < 0 ? OptionalLong.empty() : OptionalLong.of(lag));
    }
}
