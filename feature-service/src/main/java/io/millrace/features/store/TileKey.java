package io.millrace.features.store;

/** Names a tile: whose, on which level of the view, and its number there. */
record TileKey(EntityRow row, int level, long number) {}
