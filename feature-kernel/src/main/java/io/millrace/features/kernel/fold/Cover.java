package io.millrace.features.kernel.fold;

import io.millrace.features.kernel.window.TileRun;
import java.util.List;

/**
 * What a read at an instant must look at.
 *
 * @param asOfMicros the instant, inclusive
 * @param headMicros where the tiles end: single events in (head, as of] are folded one by one
 * @param byWindow the tiles of each of the view's windows, in the order of time; none of a window that is not read
 * @param fetch runs that hold every tile needed, by level and number, those of one level apart from each other
 */
public record Cover(long asOfMicros, long headMicros, List<List<TileRun>> byWindow, List<TileRun> fetch) {
    public Cover {
        byWindow = List.copyOf(byWindow);
        fetch = List.copyOf(fetch);
    }
}
