package io.millrace.features.store;

import io.millrace.features.kernel.fold.Tile;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.state.Observation;
import io.millrace.features.kernel.window.Levels;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a batch makes of one row. Used by one thread. */
final class RowFold {
    private final EntityRow row;

    /** Those of each level by their numbers. */
    private final List<List<Slot>> tiles;

    /** Of each level the one that was added to last. */
    private final @Nullable Slot[] last;

    private final List<Observation> singles = new ArrayList<>(4);
    private List<Late> late = List.of();
    private List<Slot> slots = List.of();
    private @Nullable Observation behind;
    private boolean trimmed;

    /** A tile that the batch changes. */
    static final class Slot {
        private final TileKey key;
        private Tile tile;

        private Slot(TileKey key, Tile tile) {
            this.key = key;
            this.tile = tile;
        }

        TileKey key() {
            return key;
        }

        /** The batch's events in it; what it is afterwards once the batch is folded. */
        Tile tile() {
            return tile;
        }

        void become(Tile merged) {
            tile = merged;
        }
    }

    /** An event behind the horizon of single events. */
    record Late(Observation observed, boolean inTiles) {}

    RowFold(EntityRow row, int levels) {
        this.row = row;
        this.tiles = new ArrayList<>(levels);
        for (int level = 0; level < levels; level++) {
            tiles.add(new ArrayList<>(2));
        }
        this.last = new @Nullable Slot[levels];
    }

    EntityRow row() {
        return row;
    }

    /** The tiles that change, in the order of level and number; asked for once all events are added. */
    List<Slot> slots() {
        List<Slot> known = slots;
        if (known.isEmpty()) {
            known = new ArrayList<>();
            tiles.forEach(known::addAll);
            slots = known;
        }
        return known;
    }

    /** Single events to add, in the order in which they came. */
    List<Observation> singles() {
        return singles;
    }

    List<Late> late() {
        return late;
    }

    /** A single event to add behind the horizon, the row's newest there: all others behind are to go. */
    @Nullable
    Observation behind() {
        return behind;
    }

    /** Whether single events and tiles behind the horizon are to go; all but the newest such event. */
    boolean isTrimmed() {
        return trimmed;
    }

    void trim() {
        trimmed = true;
    }

    void keepBehind(Observation event) {
        behind = event;
    }

    void addSingle(Observation event) {
        singles.add(event);
    }

    void addLate(Observation event, boolean inTiles) {
        if (late.isEmpty()) {
            late = new ArrayList<>();
        }
        late.add(new Late(event, inTiles));
    }

    void addToTiles(Observation event, ViewPlan plan) {
        Levels levels = plan.levels();
        for (int level = 0; level < last.length; level++) {
            long number = levels.tileOf(level, event.order().timeMicros());
            Slot slot = last[level];
            if (slot == null || slot.key().number() != number) {
                slot = slot(level, number, plan);
                last[level] = slot;
            }
            slot.tile().add(event);
        }
    }

    private Slot slot(int level, long number, ViewPlan plan) {
        List<Slot> ofLevel = tiles.get(level);
        int low = 0;
        int high = ofLevel.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ofLevel.get(middle).key().number() < number) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low < ofLevel.size() && ofLevel.get(low).key().number() == number) {
            return ofLevel.get(low);
        }
        var slot = new Slot(new TileKey(row, level, number), plan.emptyTile());
        ofLevel.add(low, slot);
        return slot;
    }
}
