package io.millrace.features.kernel.fold;

import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.fold.RowData.NumberedTile;
import io.millrace.features.kernel.state.Observation;
import io.millrace.features.kernel.window.TileRun;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One entity as a store keeps it: encoded tiles and single events. */
final class TiledRow {
    private final ViewPlan plan;
    private final List<TreeMap<Long, byte[]>> tiles = new ArrayList<>();
    private final List<Observation> singles = new ArrayList<>();

    TiledRow(ViewPlan plan) {
        this.plan = plan;
        plan.levels().micros().forEach(_ -> tiles.add(new TreeMap<>()));
    }

    void apply(FeatureEvent event) {
        Observation observed = plan.observe(event);
        singles.add(observed);
        for (int level = 0; level < tiles.size(); level++) {
            long number = plan.levels().tileOf(level, event.timeMicros());
            byte[] before = tiles.get(level).get(number);
            Tile tile = before == null ? plan.emptyTile() : plan.tile(before);
            tile.add(observed);
            tiles.get(level).put(number, tile.toBytes());
        }
    }

    /** Drops what a store may drop. */
    void forget(Horizon horizon) {
        for (int level = 0; level < tiles.size(); level++) {
            tiles.get(level).headMap(horizon.firstTiles().get(level)).clear();
        }
    }

    RowAnswer read(long asOf) {
        Cover cover = plan.cover(asOf);
        Observation newest = singles.stream()
                .filter(event -> event.order().timeMicros() <= asOf)
                .max(Comparator.comparing(Observation::order))
                .orElse(null);
        List<Observation> head = singles.stream()
                .filter(event -> event.order().timeMicros() > cover.headMicros()
                        && event.order().timeMicros() <= asOf)
                .toList();
        var found = new ArrayList<List<NumberedTile>>();
        tiles.forEach(_ -> found.add(new ArrayList<>()));
        for (TileRun run : cover.fetch()) {
            tiles.get(run.level()).subMap(run.from(), run.to()).forEach((number, tile) -> found.get(run.level())
                    .add(new NumberedTile(number, plan.tile(tile))));
        }
        return plan.read(cover, new RowData(newest, head, found));
    }

    List<Map<Long, byte[]>> tiles() {
        return List.copyOf(tiles);
    }
}
