package io.millrace.models.kernel.measure;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tallies over the last so many tiles of time. Tile k holds the rows of (k·h, (k+1)·h], h microseconds wide; what is read at T covers the tile of T and those before it, n in all: exact at its head
 * where nothing later than T came, and on a tile's boundary at its tail.
 *
 * <p>A row is kept if its tile is among the n last before the latest time that was ever seen, so the state that rows leave behind does not depend on their order. One row from the far future moves the
 * window there: whoever takes rows in bounds their times. Not thread-safe.
 */
public final class SlidingWindow<S extends Tally<S>> {
    private static final int VERSION = 1;
    private static final int MOST_TILES = 10_000;

    private final long tileMicros;
    private final Supplier<S> empty;
    private final @Nullable Object[] ring;
    private long newest = Long.MIN_VALUE;

    /**
     * A window that has seen nothing.
     *
     * @param tileMicros the width of a tile, at least 1 µs
     * @param tiles how many tiles the window covers, 1 to 10,000
     * @param empty the tally of no rows, a new one at each call
     */
    public SlidingWindow(long tileMicros, int tiles, Supplier<S> empty) {
        if (tileMicros < 1) {
            throw new IllegalArgumentException("a tile must be at least 1 µs wide, was " + tileMicros);
        }
        if (tiles < 1 || tiles > MOST_TILES) {
            throw new IllegalArgumentException("a window has 1 to " + MOST_TILES + " tiles, got " + tiles);
        }
        this.tileMicros = tileMicros;
        this.empty = empty;
        this.ring = new @Nullable Object[tiles];
    }

    /** The tally that a row of this time belongs into; none where the time lies behind the window. */
    public @Nullable S at(long micros) {
        long tile = tile(micros);
        if (tile > newest) {
            forget(tile);
            newest = tile;
        } else if (newest - tile >= ring.length || newest - tile < 0) {
            return null;
        }
        S tally = held(tile);
        if (tally == null) {
            tally = empty.get();
            ring[place(tile)] = tally;
        }
        return tally;
    }

    /** What the window that ends at this time holds, as a tally of its own. Changes nothing. */
    public S fold(long micros) {
        S sum = empty.get();
        long last = tile(micros);
        for (long tile = last - ring.length + 1; tile <= last; tile++) {
            boolean covered = newest != Long.MIN_VALUE && tile <= newest && newest - tile < ring.length;
            S tally = covered ? held(tile) : null;
            if (tally != null) {
                sum.add(tally);
            }
        }
        return sum;
    }

    /** How long the window is. */
    public long spanMicros() {
        return tileMicros * ring.length;
    }

    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeLong(tileMicros);
        out.writeInt(ring.length);
        out.writeLong(newest);
        for (int i = 0; i < ring.length && newest != Long.MIN_VALUE; i++) {
            S tally = held(newest - i);
            out.writeBoolean(tally != null);
            if (tally != null) {
                tally.write(out);
            }
        }
    }

    /** A window that was written; {@code empty} and the reader are of the tallies that it was made with. */
    public static <S extends Tally<S>> SlidingWindow<S> read(DataInput in, Supplier<S> empty, Tally.Reader<S> reader)
            throws IOException {
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException("a window of version " + version);
        }
        long tileMicros = in.readLong();
        int tiles = in.readInt();
        if (tileMicros < 1 || tiles < 1 || tiles > MOST_TILES) {
            throw new IOException("no window: " + tiles + " tiles of " + tileMicros + " µs");
        }
        var window = new SlidingWindow<>(tileMicros, tiles, empty);
        window.newest = in.readLong();
        for (int i = 0; i < tiles && window.newest != Long.MIN_VALUE; i++) {
            if (in.readBoolean()) {
                window.ring[window.place(window.newest - i)] = reader.read(in);
            }
        }
        return window;
    }

    private void forget(long tile) {
        if (newest == Long.MIN_VALUE || tile - newest >= ring.length || tile - newest < 0) {
            Arrays.fill(ring, null);
            return;
        }
        for (long gone = newest + 1; gone <= tile; gone++) {
            ring[place(gone)] = null;
        }
    }

    @SuppressWarnings("unchecked") // only tallies of this kind are put into the ring
    private @Nullable S held(long tile) {
        return (S) ring[place(tile)];
    }

    private int place(long tile) {
        return (int) Math.floorMod(tile, (long) ring.length);
    }

    /** A time on a boundary belongs to the tile that it ends. */
    private long tile(long micros) {
        return Math.floorDiv(micros - 1, tileMicros);
    }
}
