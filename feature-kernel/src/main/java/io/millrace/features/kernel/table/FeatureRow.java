package io.millrace.features.kernel.table;

import org.jspecify.annotations.Nullable;

/**
 * One row of a {@link FeatureTable} by itself, to be put into other tables; its arrays are those of the table.
 *
 * @param isFound false for a row without any event
 * @param unchangedFromMicros the first instant at which the row has these values, as long as nothing is applied to it
 * @param unchangedToMicros behind the last such instant
 */
@SuppressWarnings("ArrayRecordComponent") // holds what a table holds, and is never compared
public record FeatureRow(
        boolean isFound,
        long eventTimeMicros,
        byte @Nullable [] kinds,
        long @Nullable [] bits,
        @Nullable Object @Nullable [] objects,
        long unchangedFromMicros,
        long unchangedToMicros) {
    /** What a list, a vector or counts may take; they are not measured. */
    private static final long OBJECT_BYTES = 200;

    public boolean holdsAt(long micros) {
        return micros >= unchangedFromMicros && micros < unchangedToMicros;
    }

    /** About how much memory this takes. */
    public long bytes() {
        long bytes = 72 + (kinds == null ? 0 : 32 + 9L * kinds.length);
        if (objects != null) {
            bytes += 16 + 4L * objects.length;
            for (Object object : objects) {
                bytes += object == null ? 0 : object instanceof byte[] text ? 16 + text.length : OBJECT_BYTES;
            }
        }
        return bytes;
    }
}
