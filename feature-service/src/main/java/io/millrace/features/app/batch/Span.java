package io.millrace.features.app.batch;

import java.time.Duration;
import java.util.Optional;

/** Which rows are to be materialised. */
public sealed interface Span {
    /** Those of a range of event times. */
    record Within(TimeRange range) implements Span {}

    /**
     * What came since the last end; the first time what is not older than the view's ttl.
     *
     * @param toMicros inclusive; {@link Long#MAX_VALUE} for now
     * @param withoutTtl how far the first time goes back where a view has no ttl; empty for all rows
     */
    record SinceLastEnd(long toMicros, Optional<Duration> withoutTtl) implements Span {}
}
