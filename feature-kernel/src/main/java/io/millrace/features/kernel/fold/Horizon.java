package io.millrace.features.kernel.fold;

/**
 * How far back a view reaches. It follows from the newest applied event alone and only moves forward, so that what is forgotten behind it can never be
 * asked for again, in whichever order events came.
 *
 * @param earliestMicros the earliest instant that may be read
 * @param singlesAfterMicros single events at or before this are forgotten, but for the newest of each entity
 * @param tilesAfterMicros events at or before this are in no window that may be read
 */
public record Horizon(long earliestMicros, long singlesAfterMicros, long tilesAfterMicros) {
    /** Whether a tile that ends here is still needed. */
    public boolean keepsTileTo(long endMicros) {
        return endMicros > tilesAfterMicros;
    }
}
