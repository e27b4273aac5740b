package io.millrace.features.kernel.fold;

import java.util.List;

/**
 * How far back a view reaches. It follows from the newest applied event alone and only moves forward, so that what is forgotten behind it can never be
 * asked for again, in whichever order events came.
 *
 * @param earliestMicros the earliest instant that may be read
 * @param singlesAfterMicros single events at or before this are forgotten, but for the newest of each entity
 * @param tilesAfterMicros events at or before this are in no window that may be read
 * @param firstTiles for each level of the view the lowest number of a tile that may still be read: where a window is unbounded, what lies far behind is read from large tiles
 *     only, so that the small ones may go
 */
public record Horizon(long earliestMicros, long singlesAfterMicros, long tilesAfterMicros, List<Long> firstTiles) {
    public Horizon {
        firstTiles = List.copyOf(firstTiles);
    }

    /** A horizon of a view without tiles. */
    public Horizon(long earliestMicros, long singlesAfterMicros, long tilesAfterMicros) {
        this(earliestMicros, singlesAfterMicros, tilesAfterMicros, List.of());
    }
}
