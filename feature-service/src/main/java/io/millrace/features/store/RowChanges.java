package io.millrace.features.store;

import io.millrace.features.app.OnlineStore.Applied;
import io.millrace.features.kernel.fold.Horizon;
import io.millrace.features.kernel.fold.Tile;
import io.millrace.features.kernel.state.Observation;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a batch does to the rows of a view; to be written together with the positions, or not at all.
 *
 * @param tiles tiles as they are after the batch
 * @param singles single events to add
 * @param behind single events to add behind the horizon: each is its row's newest there, all others behind are to go
 * @param trim rows in which single events and tiles behind the horizon are to go; all but the newest such event
 * @param newestMicros newest event time applied to the view
 * @param oldestMicros oldest event time of the batch
 */
record RowChanges(
        Map<TileKey, Tile> tiles,
        Map<EntityRow, List<Observation>> singles,
        Map<EntityRow, Observation> behind,
        Set<EntityRow> trim,
        Horizon horizon,
        long newestMicros,
        long oldestMicros,
        Applied applied) {}
