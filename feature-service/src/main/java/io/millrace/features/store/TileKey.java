package io.millrace.features.store;

import org.jspecify.annotations.Nullable;

/** Names a tile: whose, on which level of the view, and its number there. */
record TileKey(EntityRow row, int level, long number) {
    private static final long SPREAD = 0x9e3779b97f4a7c15L;

    /** Neighbours in time and level are keys of the same maps: they are spread. */
    @Override
    public int hashCode() {
        long hash = (row.hash() + level) * SPREAD + number;
        return (int) ((hash ^ hash >>> 29) * SPREAD >>> 32);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TileKey key && number == key.number && level == key.level && row.equals(key.row);
    }
}
