package io.millrace.features.kernel.fold;

import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.state.Observation;
import io.millrace.features.kernel.table.FeatureTable;
import io.millrace.features.kernel.window.TileRun;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

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
        int[] all = IntStream.range(0, plan.view().features().size()).toArray();
        var table = new FeatureTable(1, all.length);
        read(asOf, all, table);
        return table.state(0) == FeatureTable.State.MISSING
                ? new RowAnswer.Missing()
                : new RowAnswer.Row(
                        table.values(0), table.eventTimeMicros(0), table.state(0) == FeatureTable.State.EXPIRED);
    }

    /** Reads some features into the first row of a table. */
    void read(long asOf, int[] chosen, FeatureTable table) {
        var fold = new CoverFold(plan, chosen);
        Cover cover = fold.cover(asOf);
        fold.begin(cover, table, 0);
        singles.stream()
                .filter(event -> event.order().timeMicros() <= asOf)
                .max(Comparator.comparing(Observation::order))
                .ifPresent(newest -> fold.newest(newest.order().timeMicros(), new ByteReader(content(newest))));
        singles.stream()
                .filter(event -> event.order().timeMicros() > cover.headMicros()
                        && event.order().timeMicros() <= asOf)
                .forEach(fold::head);
        for (TileRun run : cover.fetch()) {
            tiles.get(run.level()).subMap(run.from(), run.to()).forEach((number, tile) -> {
                // In the middle of other bytes, as a store may hand it over.
                byte[] within = new byte[tile.length + 5];
                System.arraycopy(tile, 0, within, 2, tile.length);
                fold.tile(run.level(), number, new ByteReader(within, 2, 2 + tile.length));
            });
        }
        fold.finish();
    }

    private static byte[] content(Observation event) {
        var out = new ByteWriter();
        event.writeContent(out);
        return out.toBytes();
    }

    List<Map<Long, byte[]>> tiles() {
        return List.copyOf(tiles);
    }
}
