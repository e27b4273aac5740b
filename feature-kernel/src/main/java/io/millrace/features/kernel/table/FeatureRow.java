package io.millrace.features.kernel.table;

import org.jspecify.annotations.Nullable;

/**
 * One row of a {@link FeatureTable} by itself, to be put into other tables.
 *
 * @param isFound false for a row without any event
 * @param unchangedFromMicros the first instant at which the row has these values, as long as nothing is applied to it
 * @param unchangedToMicros behind the last such instant
 */
@SuppressWarnings("ArrayRecordComponent") // holds what a table holds, and is never compared
public record FeatureRow(
        boolean isFound,
        long eventTimeMicros,
        byte[] kinds,
        long[] bits,
        @Nullable Object @Nullable [] objects,
        long unchangedFromMicros,
        long unchangedToMicros) {
    public boolean holdsAt(long micros) {
        return micros >= unchangedFromMicros && micros < unchangedToMicros;
    }

    /** About how much memory this takes. */
    public long bytes() {
        return 96 + 9L * kinds.length + (objects == null ? 0 : 40L * kinds.length);
    }
}
