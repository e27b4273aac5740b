package io.millrace.features.kernel.fold;

import io.millrace.features.kernel.state.Observation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a store found of one entity for a {@link Cover}.
 *
 * @param newest the newest event at or before the instant, by {@link io.millrace.features.kernel.state.EventOrder}; null where there is none
 * @param head the single events in (head, as of], in any order
 * @param tiles for each level of the view its tiles within the cover's {@code fetch}, the lowest number first; tiles without events are left out
 */
public record RowData(@Nullable Observation newest, List<Observation> head, List<List<NumberedTile>> tiles) {
    public RowData {
        head = List.copyOf(head);
        tiles = List.copyOf(tiles);
    }

    /** A tile and its number on its level. */
    public record NumberedTile(long number, Tile tile) {}
}
