package io.millrace.features.store;

import io.millrace.features.app.OnlineStore.Applied;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.fold.Horizon;
import io.millrace.features.kernel.fold.Tile;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.state.EventOrder;
import io.millrace.features.kernel.state.Observation;
import io.millrace.features.kernel.window.Levels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Folds a batch of events into the rows that it touches, whatever the rows are kept in. Used once, by one thread. */
final class BatchFold {
    /** Rows are trimmed when they get a new tile of the largest level that is not above this. */
    private static final long TRIM_LEVEL_MICROS = Duration.ofHours(1).toNanos() / 1_000;

    private final ViewPlan plan;
    private final Levels levels;
    private final int trimLevel;
    private final List<Event> fresh = new ArrayList<>();
    private final Set<TileKey> needed = new HashSet<>();
    private final Set<EntityRow> late = new LinkedHashSet<>();
    private final int seen;
    private final long newest;
    private long oldest = Long.MAX_VALUE;
    private final Horizon horizon;

    /** @param tiles on each level the one that the event falls into; none where it goes into none */
    private record Event(EntityRow row, Observation observed, List<TileKey> tiles) {
        long time() {
            return observed.order().timeMicros();
        }
    }

    /** The rows of a store, as they are before the batch. */
    interface Rows {
        /** The tiles that there are, encoded. */
        Map<TileKey, byte[]> tiles(Collection<TileKey> keys);

        /** The newest single event of each row at or before the instant; rows without one are left out. */
        Map<EntityRow, EventOrder> newest(Collection<EntityRow> rows, long atOrBeforeMicros);
    }

    /**
     * @param positions the next offset of each partition; events below were applied before
     * @param newestBefore newest event time applied to the view so far
     */
    BatchFold(
            ViewPlan plan, List<FeatureEvent> events, Map<SourcePartition, Long> positions, OptionalLong newestBefore) {
        this(plan, events, events, positions, newestBefore);
    }

    /**
     * The same for a part of the view's rows.
     *
     * @param mine the events of those rows
     * @param all the events of all rows, which say what the newest event time is
     */
    BatchFold(
            ViewPlan plan,
            List<FeatureEvent> mine,
            List<FeatureEvent> all,
            Map<SourcePartition, Long> positions,
            OptionalLong newestBefore) {
        this.plan = plan;
        this.levels = plan.levels();
        this.trimLevel = trimLevel(levels);
        long max = newestBefore.orElse(Long.MIN_VALUE);
        for (FeatureEvent event : all) {
            if (isUnseen(event, positions)) {
                max = Math.max(max, event.timeMicros());
            }
        }
        List<FeatureEvent> unseen =
                mine.stream().filter(event -> isUnseen(event, positions)).toList();
        this.seen = mine.size() - unseen.size();
        this.newest = max;
        this.horizon = max == Long.MIN_VALUE ? new Horizon(max, max, max) : plan.horizon(max);
        unseen.forEach(this::prepare);
    }

    private static boolean isUnseen(FeatureEvent event, Map<SourcePartition, Long> positions) {
        Long next = positions.get(event.position().source());
        return next == null || event.position().offset() >= next;
    }

    private void prepare(FeatureEvent event) {
        oldest = Math.min(oldest, event.timeMicros());
        EntityRow row = EntityRow.of(event.key());
        List<TileKey> tiles =
                event.timeMicros() > horizon.tilesAfterMicros() ? tiles(row, event.timeMicros()) : List.of();
        fresh.add(new Event(row, plan.observe(event), tiles));
        needed.addAll(tiles);
        if (event.timeMicros() <= horizon.singlesAfterMicros()) {
            late.add(row);
        }
    }

    private List<TileKey> tiles(EntityRow row, long timeMicros) {
        int count = levels.micros().size();
        var tiles = new ArrayList<TileKey>(count);
        for (int level = 0; level < count; level++) {
            tiles.add(new TileKey(row, level, levels.tileOf(level, timeMicros)));
        }
        return tiles;
    }

    /** Whether there is nothing to apply. */
    boolean isEmpty() {
        return fresh.isEmpty();
    }

    /** Newest event time applied to the view after the batch; {@link Long#MIN_VALUE} where there is none. */
    long newestMicros() {
        return newest;
    }

    /** The rows that the batch touches. */
    Set<EntityRow> rows() {
        Set<EntityRow> rows = new LinkedHashSet<>();
        fresh.forEach(event -> rows.add(event.row()));
        return rows;
    }

    /** What {@link #fold} answers where there is nothing to apply. */
    Applied nothingApplied() {
        return new Applied(0, seen, 0);
    }

    RowChanges fold(Rows rows) {
        Map<TileKey, byte[]> stored = needed.isEmpty() ? Map.of() : rows.tiles(needed);
        Map<EntityRow, EventOrder> newestBehind =
                late.isEmpty() ? new HashMap<>() : new HashMap<>(rows.newest(late, horizon.singlesAfterMicros()));
        Map<TileKey, Tile> tiles = HashMap.newHashMap(needed.size());
        Map<EntityRow, List<Observation>> singles = new LinkedHashMap<>();
        Map<EntityRow, Observation> behind = new LinkedHashMap<>();
        Set<EntityRow> trim = new HashSet<>();
        int tooLate = 0;
        for (Event event : fresh) {
            addToTiles(event, stored, tiles, trim);
            boolean kept = event.time() > horizon.singlesAfterMicros();
            if (kept) {
                singles.computeIfAbsent(event.row(), _ -> new ArrayList<>()).add(event.observed());
                if (levels.isEmpty()) {
                    trim.add(event.row());
                }
            } else if (isNewer(event.observed().order(), newestBehind.get(event.row()))) {
                newestBehind.put(event.row(), event.observed().order());
                behind.put(event.row(), event.observed());
                trim.add(event.row());
                kept = true;
            }
            if (!kept && event.tiles().isEmpty()) {
                tooLate++;
            }
        }
        return new RowChanges(
                tiles,
                singles,
                behind,
                trim,
                horizon,
                newest,
                oldest,
                new Applied(fresh.size() - tooLate, seen, tooLate));
    }

    private void addToTiles(Event event, Map<TileKey, byte[]> stored, Map<TileKey, Tile> tiles, Set<EntityRow> trim) {
        for (TileKey key : event.tiles()) {
            Tile tile = tiles.get(key);
            if (tile == null) {
                byte[] bytes = stored.get(key);
                tile = bytes == null ? plan.emptyTile() : plan.tile(bytes);
                tiles.put(key, tile);
                if (bytes == null && key.level() == trimLevel) {
                    trim.add(event.row());
                }
            }
            tile.add(event.observed());
        }
    }

    private static boolean isNewer(EventOrder order, @Nullable EventOrder than) {
        return than == null || order.compareTo(than) > 0;
    }

    private static int trimLevel(Levels levels) {
        int trimLevel = 0;
        for (int level = 0; level < levels.micros().size(); level++) {
            if (levels.micros().get(level) <= TRIM_LEVEL_MICROS) {
                trimLevel = level;
            }
        }
        return trimLevel;
    }
}
