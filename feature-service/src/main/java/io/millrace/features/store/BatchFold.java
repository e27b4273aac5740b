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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Folds a batch of events into the rows that it touches, whatever the rows are kept in: first among themselves, so that a tile is asked for and merged once, however many of the events are
 * in it. Used once, by one thread.
 */
final class BatchFold {
    /** Rows are trimmed when they get a new tile of the largest level that is not above this. */
    private static final long TRIM_LEVEL_MICROS = Duration.ofHours(1).toNanos() / 1_000;

    private final ViewPlan plan;
    private final Levels levels;
    private final int trimLevel;
    private final RowTable rows;
    private final int seen;
    private final int fresh;
    private final long newest;
    private long oldest = Long.MAX_VALUE;
    private final Horizon horizon;

    /** The rows of a store, as they are before the batch. */
    interface Rows {
        /** The tiles, encoded, in the order of the keys; null where there is none. */
        byte[] @Nullable [] tiles(List<TileKey> keys);

        /** The newest single event of each row at or before the instant; rows without one are left out. */
        Map<EntityRow, EventOrder> newest(Collection<EntityRow> rows, long atOrBeforeMicros);
    }

    /** Which events were applied before; events of one partition mostly come together. */
    private static final class Unseen {
        private final Map<SourcePartition, Long> positions;
        private @Nullable SourcePartition source;
        private long next;

        private Unseen(Map<SourcePartition, Long> positions) {
            this.positions = positions;
        }

        private boolean has(FeatureEvent event) {
            SourcePartition of = event.position().source();
            if (!of.equals(source)) {
                source = of;
                next = positions.getOrDefault(of, Long.MIN_VALUE);
            }
            return event.position().offset() >= next;
        }
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
        this.rows = new RowTable(levels.micros().size());
        var unseen = new Unseen(positions);
        long max = newestBefore.orElse(Long.MIN_VALUE);
        for (FeatureEvent event : all) {
            if (event.timeMicros() > max && unseen.has(event)) {
                max = event.timeMicros();
            }
        }
        this.newest = max;
        this.horizon = max == Long.MIN_VALUE ? new Horizon(max, max, max) : plan.horizon(max);
        int taken = 0;
        for (FeatureEvent event : mine) {
            if (unseen.has(event)) {
                take(event);
                taken++;
            }
        }
        this.fresh = taken;
        this.seen = mine.size() - taken;
    }

    private void take(FeatureEvent event) {
        long time = event.timeMicros();
        oldest = Math.min(oldest, time);
        RowFold row = rows.of(event.key());
        Observation observed = plan.observe(event);
        boolean inTiles = !levels.isEmpty() && time > horizon.tilesAfterMicros();
        if (inTiles) {
            row.addToTiles(observed, plan);
        }
        if (time > horizon.singlesAfterMicros()) {
            row.addSingle(observed);
        } else {
            row.addLate(observed, inTiles);
        }
    }

    /** Whether there is nothing to apply. */
    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** Newest event time applied to the view after the batch; {@link Long#MIN_VALUE} where there is none. */
    long newestMicros() {
        return newest;
    }

    /** The rows that the batch touches. */
    Set<EntityRow> rows() {
        return rows.all().stream().map(RowFold::row).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** What {@link #fold} answers where there is nothing to apply. */
    Applied nothingApplied() {
        return new Applied(0, seen, 0);
    }

    RowChanges fold(Rows stored) {
        mergeTiles(stored);
        int tooLate = foldLate(stored);
        if (levels.isEmpty()) {
            for (RowFold row : rows.all()) {
                if (!row.singles().isEmpty()) {
                    row.trim();
                }
            }
        }
        return new RowChanges(
                List.copyOf(rows.all()), horizon, newest, oldest, new Applied(fresh - tooLate, seen, tooLate));
    }

    /** States do not depend on how events were grouped before they were merged, to the bit. */
    private void mergeTiles(Rows stored) {
        var keys = new ArrayList<TileKey>();
        for (RowFold row : rows.all()) {
            for (RowFold.Slot slot : row.slots()) {
                keys.add(slot.key());
            }
        }
        if (keys.isEmpty()) {
            return;
        }
        byte[] @Nullable [] before = stored.tiles(keys);
        int at = 0;
        for (RowFold row : rows.all()) {
            for (RowFold.Slot slot : row.slots()) {
                byte[] bytes = before[at++];
                if (bytes != null) {
                    Tile tile = plan.tile(bytes);
                    tile.merge(slot.tile());
                    slot.become(tile);
                } else if (slot.key().level() == trimLevel) {
                    row.trim();
                }
            }
        }
    }

    /** Events behind the horizon: of each row the newest stays, if it is newer than the one that is there. Gives how many changed nothing. */
    private int foldLate(Rows stored) {
        List<RowFold> late =
                rows.all().stream().filter(row -> !row.late().isEmpty()).toList();
        if (late.isEmpty()) {
            return 0;
        }
        Map<EntityRow, EventOrder> newestBehind =
                stored.newest(late.stream().map(RowFold::row).toList(), horizon.singlesAfterMicros());
        int tooLate = 0;
        for (RowFold row : late) {
            EventOrder before = newestBehind.get(row.row());
            for (RowFold.Late event : row.late()) {
                if (before == null || event.observed().order().compareTo(before) > 0) {
                    before = event.observed().order();
                    row.keepBehind(event.observed());
                    row.trim();
                } else if (!event.inTiles()) {
                    tooLate++;
                }
            }
        }
        return tooLate;
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
