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
 * What is known of an open folder's views without reading them: the tiles that were written last, within a bound of memory; behind which tile of a level there is none but those; and how
 * old the oldest event is. Whoever changes tiles by another way than {@link #written} calls {@link #forget} before.
 *
 * <p>Thread-safe. The calls for one view are made while that view's lock is held.
 */
final class WrittenTiles {
    /** About what an entry costs beside its bytes: the two keys, the places in the map, the heads of arrays. */
    private static final long ENTRY_BYTES = 200;

    private final long mostBytes;
    private final Map<Key, byte[]> tiles = new LinkedHashMap<>(1 << 10, 0.75f, true);
    private final Map<Integer, Known> views = new HashMap<>();
    private long bytes;

    private record Key(int view, TileKey tile) {
        @Override
        public int hashCode() {
            return tile.hashCode() + view;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && view == key.view && tile.equals(key.tile);
        }
    }

    private static final class Known {
        /** Not above any event's time. */
        private long oldestMicros;

        /** For each level: tiles with a greater number that are not among those kept are not there. */
        private final long[] keptAbove;

        private Known(long oldestMicros, long[] keptAbove) {
            this.oldestMicros = oldestMicros;
            this.keptAbove = keptAbove;
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
            long[] keptAbove = new long[levels.micros().size()];
            if (newestMicros.isEmpty()) {
                Arrays.fill(keptAbove, Long.MIN_VALUE);
                return new Known(Long.MAX_VALUE, keptAbove);
            }
            for (int level = 0; level < keptAbove.length; level++) {
                keptAbove[level] = levels.tileOf(level, newestMicros.getAsLong());
            }
            return new Known(Long.MIN_VALUE, keptAbove);
        });
    }

    /**
     * Finds tiles.
     *
     * @param found gets those that are kept, at the places of the keys
     * @return the places of those that must be read; what is neither is not there
     */
    synchronized List<Integer> find(int view, List<TileKey> wanted, byte[] @Nullable [] found) {
        Known known = views.get(view);
        var rest = new ArrayList<Integer>();
        for (int i = 0; i < found.length; i++) {
            TileKey tile = wanted.get(i);
            byte[] kept = tiles.get(new Key(view, tile));
            if (kept != null) {
                found[i] = kept;
            } else if (known == null || tile.number() <= known.keptAbove[tile.level()]) {
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
        for (int level = 0; level < known.keptAbove.length; level++) {
            if (levels.tileOf(level, oldest) < horizon.firstTiles().get(level)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Keeps what has just been written. Where more is kept than fits, those that were used least lately are left to the folder.
     *
     * @param oldestMicros of the events that went into the view
     */
    synchronized void written(int view, Map<TileKey, byte[]> changed, long oldestMicros) {
        Known known = views.get(view);
        if (known == null) {
            return;
        }
        known.oldestMicros = Math.min(known.oldestMicros, oldestMicros);
        changed.forEach((tile, content) -> {
            var key = new Key(view, tile);
            byte[] before = tiles.put(key, content);
            bytes += before == null ? cost(key, content) : content.length - before.length;
        });
        Iterator<Map.Entry<Key, byte[]>> eldest = tiles.entrySet().iterator();
        while (bytes > mostBytes && eldest.hasNext()) {
            Map.Entry<Key, byte[]> entry = eldest.next();
            Key key = entry.getKey();
            bytes -= cost(key, entry.getValue());
            @Nullable Known of = views.get(key.view());
            if (of != null) {
                int level = key.tile().level();
                of.keptAbove[level] = Math.max(of.keptAbove[level], key.tile().number());
            }
            eldest.remove();
        }
    }

    /** Forgets a view: its tiles are changed by another way, or nobody knows whether they were. */
    synchronized void forget(int view) {
        if (views.remove(view) == null) {
            return;
        }
        Iterator<Map.Entry<Key, byte[]>> all = tiles.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Key, byte[]> entry = all.next();
            if (entry.getKey().view() == view) {
                bytes -= cost(entry.getKey(), entry.getValue());
                all.remove();
            }
        }
    }

    /** About how much memory is used. */
    synchronized long bytes() {
        return bytes;
    }

    private static long cost(Key key, byte[] content) {
        return ENTRY_BYTES + key.tile().row().bytes().length + content.length;
    }
}
