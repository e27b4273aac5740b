package io.millrace.features.store;

import io.millrace.features.kernel.fold.Horizon;
import io.millrace.features.kernel.window.Levels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an open folder's views without reading them: the last tiles of the rows that were written last, within a bound of memory; behind which tile of a level there is none but those; and how
 * old the oldest event is. Whoever changes tiles by another way than {@link #written} calls {@link #forget} before.
 *
 * <p>Thread-safe. The calls for one view are made while that view's lock is held.
 */
final class WrittenTiles {
    /** How many tiles of one level of a row are kept: the last ones, which the next batch adds to. */
    static final int KEPT = 2;

    /** About what a row costs beside its bytes: its key, its place in the map, the heads of arrays. */
    private static final long ENTRY_BYTES = 200;

    private static final long TILE_BYTES = 40;

    private final long mostBytes;
    private final Map<Key, Row> rows = new LinkedHashMap<>(1 << 10, 0.75f, true);
    private final Map<Integer, Known> views = new HashMap<>();
    private long bytes;

    private record Key(int view, EntityRow row) {
        @Override
        public int hashCode() {
            return (int) ((row.hash() + view) * 0x9e3779b97f4a7c15L >>> 32);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && view == key.view && row.equals(key.row);
        }
    }

    private static final class Known {
        /** Not above any event's time. */
        private long oldestMicros;

        /** For each level, of rows that are not kept: there are no tiles with a greater number. */
        private final long[] nothingAbove;

        private Known(long oldestMicros, long[] nothingAbove) {
            this.oldestMicros = oldestMicros;
            this.nothingAbove = nothingAbove;
        }
    }

    /** The last tiles of one row: {@link #KEPT} places for each level, in no order. */
    private static final class Row {
        /** For each level: tiles with a greater number that are not among those kept are not there. */
        private final long[] nothingAbove;

        private final long[] numbers;
        private final byte[] @Nullable [] contents;
        private long bytes;

        private Row(long[] nothingAbove, long bytes) {
            this.nothingAbove = nothingAbove.clone();
            this.numbers = new long[nothingAbove.length * KEPT];
            this.contents = new byte[numbers.length][];
            this.bytes = bytes;
        }

        private byte @Nullable [] find(int level, long number) {
            int place = place(level, number);
            return place < 0 ? null : contents[place];
        }

        private int place(int level, long number) {
            for (int place = level * KEPT; place < (level + 1) * KEPT; place++) {
                if (contents[place] != null && numbers[place] == number) {
                    return place;
                }
            }
            return -1;
        }

        /** Takes a tile as it is now; of those of its level the greatest numbers stay. */
        private void put(int level, long number, byte @Nullable [] content) {
            int place = place(level, number);
            if (place < 0) {
                place = lowest(level);
                if (content == null || contents[place] != null && numbers[place] > number) {
                    nothingAbove[level] = Math.max(nothingAbove[level], number);
                    return;
                }
                leave(level, place);
            } else if (content == null) {
                leave(level, place);
                return;
            } else {
                bytes -= cost(contents[place]);
            }
            numbers[place] = number;
            contents[place] = content;
            bytes += cost(content);
        }

        /** A free place of a level, or that of its smallest number. */
        private int lowest(int level) {
            int lowest = level * KEPT;
            for (int place = lowest; place < (level + 1) * KEPT; place++) {
                if (contents[place] == null) {
                    return place;
                }
                if (numbers[place] < numbers[lowest]) {
                    lowest = place;
                }
            }
            return lowest;
        }

        /** Leaves a tile to the folder. */
        private void leave(int level, int place) {
            byte[] content = contents[place];
            if (content != null) {
                nothingAbove[level] = Math.max(nothingAbove[level], numbers[place]);
                bytes -= cost(content);
                contents[place] = null;
            }
        }

        /** Leaves all tiles to the folder. */
        private void leaveAll(Known known) {
            for (int place = 0; place < contents.length; place++) {
                leave(place / KEPT, place);
            }
            for (int level = 0; level < nothingAbove.length; level++) {
                known.nothingAbove[level] = Math.max(known.nothingAbove[level], nothingAbove[level]);
            }
        }

        private static long cost(byte @Nullable [] content) {
            return content == null ? 0 : TILE_BYTES + content.length;
        }
    }

    /** The tiles that a batch has written, in the order of their rows. Used by one thread. */
    static final class Batch {
        private final List<TileKey> keys = new ArrayList<>();
        private final List<byte @Nullable []> contents = new ArrayList<>();

        /** @param content null of a tile that is not to be kept */
        void add(TileKey key, byte @Nullable [] content) {
            keys.add(key);
            contents.add(content);
        }
    }

    /** @param mostBytes about how much memory may be used */
    WrittenTiles(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /**
     * To be called before the view is asked for: begins with what its record says where nothing is known of it.
     *
     * @param newestMicros newest event time that was ever applied to this view number; empty for none
     */
    synchronized void begin(int view, Levels levels, OptionalLong newestMicros) {
        views.computeIfAbsent(view, _ -> {
            long[] nothingAbove = new long[levels.micros().size()];
            if (newestMicros.isEmpty()) {
                Arrays.fill(nothingAbove, Long.MIN_VALUE);
                return new Known(Long.MAX_VALUE, nothingAbove);
            }
            for (int level = 0; level < nothingAbove.length; level++) {
                nothingAbove[level] = levels.tileOf(level, newestMicros.getAsLong());
            }
            return new Known(Long.MIN_VALUE, nothingAbove);
        });
    }

    /**
     * Finds tiles.
     *
     * @param wanted those of one row together
     * @param found gets those that are kept, at the places of the keys
     * @return the places of those that must be read; what is neither is not there
     */
    synchronized List<Integer> find(int view, List<TileKey> wanted, byte[] @Nullable [] found) {
        Known known = views.get(view);
        var rest = new ArrayList<Integer>();
        TileKey before = null;
        Row row = null;
        for (int i = 0; i < found.length; i++) {
            TileKey tile = wanted.get(i);
            if (before == null || !tile.row().equals(before.row())) {
                row = rows.get(new Key(view, tile.row()));
            }
            before = tile;
            byte[] kept = row == null ? null : row.find(tile.level(), tile.number());
            if (kept != null) {
                found[i] = kept;
            } else if (known == null
                    || tile.number() <= (row == null ? known.nothingAbove : row.nothingAbove)[tile.level()]) {
                rest.add(i);
            }
        }
        return rest;
    }

    /** Whether nothing of the view lies behind a horizon, after events that are not older than {@code oldestMicros}. */
    synchronized boolean isAllWithin(int view, Levels levels, Horizon horizon, long oldestMicros) {
        Known known = views.get(view);
        if (known == null) {
            return false;
        }
        long oldest = Math.min(known.oldestMicros, oldestMicros);
        if (oldest == Long.MIN_VALUE || oldest <= horizon.singlesAfterMicros()) {
            return false;
        }
        for (int level = 0; level < known.nothingAbove.length; level++) {
            if (levels.tileOf(level, oldest) < horizon.firstTiles().get(level)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Keeps what has just been written. Where more is kept than fits, the rows that were used least lately are left to the folder.
     *
     * @param oldestMicros of the events that went into the view
     */
    synchronized void written(int view, Batch changed, long oldestMicros) {
        Known known = views.get(view);
        if (known == null) {
            return;
        }
        known.oldestMicros = Math.min(known.oldestMicros, oldestMicros);
        Key of = null;
        Row row = null;
        for (int i = 0; i < changed.keys.size(); i++) {
            TileKey tile = changed.keys.get(i);
            if (of == null || row == null || !tile.row().equals(of.row())) {
                of = new Key(view, tile.row());
                row = rows.get(of);
                if (row == null) {
                    row = new Row(known.nothingAbove, ENTRY_BYTES + tile.row().bytes().length);
                    rows.put(of, row);
                    bytes += row.bytes;
                }
            }
            long before = row.bytes;
            row.put(tile.level(), tile.number(), changed.contents.get(i));
            bytes += row.bytes - before;
        }
        Iterator<Map.Entry<Key, Row>> eldest = rows.entrySet().iterator();
        while (bytes > mostBytes && eldest.hasNext()) {
            Map.Entry<Key, Row> entry = eldest.next();
            bytes -= entry.getValue().bytes;
            @Nullable Known left = views.get(entry.getKey().view());
            if (left != null) {
                entry.getValue().leaveAll(left);
            }
            eldest.remove();
        }
    }

    /** Forgets a view: its tiles are changed by another way, or nobody knows whether they were. */
    synchronized void forget(int view) {
        if (views.remove(view) == null) {
            return;
        }
        Iterator<Map.Entry<Key, Row>> all = rows.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Key, Row> entry = all.next();
            if (entry.getKey().view() == view) {
                bytes -= entry.getValue().bytes;
                all.remove();
            }
        }
    }

    /** About how much memory is used. */
    synchronized long bytes() {
        return bytes;
    }
}
