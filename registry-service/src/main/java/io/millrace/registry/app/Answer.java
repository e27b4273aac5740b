package io.millrace.registry.app;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * The answer to a read.
 *
 * @param cacheAge set where Postgres could not be asked: how long ago the cache was last confirmed by it
 */
public record Answer<T>(T value, Optional<Duration> cacheAge) {
    /** This with the value changed; as old as before. */
    public <R> Answer<R> map(Function<T, R> change) {
        return new Answer<>(change.apply(value), cacheAge);
    }
}
