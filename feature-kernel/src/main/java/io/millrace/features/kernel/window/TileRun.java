package io.millrace.features.kernel.window;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Neighbouring tiles of one level: those numbered from {@code from} (inclusive) to {@code to} (exclusive). */
public record TileRun(int level, long from, long to) {
    /** Reading past so many tiles costs a store about as much as finding the next run. */
    private static final int NEAR = 12;

    /**
     * The fewest tiles, taken greedily, that cover (tail, head] exactly.
     *
     * @param tailMicros a multiple of the finest level, not above the head
     * @param headMicros a multiple of the finest level
     * @param usable the places of the levels whose tiles may be taken, the finest first
     * @return runs in the order of time
     */
    public static List<TileRun> cover(long tailMicros, long headMicros, Levels levels, List<Integer> usable) {
        var runs = new ArrayList<TileRun>();
        long at = tailMicros;
        while (at < headMicros) {
            int level = largestAt(at, headMicros, levels, usable);
            long size = levels.micros().get(level);
            long tile = Math.floorDiv(at, size);
            TileRun previous = runs.isEmpty() ? null : runs.getLast();
            if (previous != null && previous.level == level) {
                runs.set(runs.size() - 1, new TileRun(level, previous.from, tile + 1));
            } else {
                runs.add(new TileRun(level, tile, tile + 1));
            }
            at += size;
        }
        return runs;
    }

    /**
     * Runs with all tiles of these, by level and number: runs of a level that touch, or have at most {@value #NEAR} tiles between them, are one.
     */
    public static List<TileRun> joined(List<TileRun> runs) {
        var joined = new ArrayList<TileRun>();
        var sorted = new ArrayList<>(runs);
        sorted.sort(Comparator.comparingInt(TileRun::level).thenComparingLong(TileRun::from));
        for (TileRun run : sorted) {
            TileRun last = joined.isEmpty() ? null : joined.getLast();
            if (last != null && last.level == run.level && run.from - last.to <= NEAR) {
                joined.set(joined.size() - 1, last.with(run));
            } else {
                joined.add(run);
            }
        }
        return joined;
    }

    /** The run of the same level from the lower beginning to the higher end. */
    public TileRun with(TileRun other) {
        return new TileRun(level, Math.min(from, other.from), Math.max(to, other.to));
    }

    private static int largestAt(long at, long head, Levels levels, List<Integer> usable) {
        for (int i = usable.size() - 1; i > 0; i--) {
            int level = usable.get(i);
            long size = levels.micros().get(level);
            if (at + size <= head && Math.floorMod(at, size) == 0) {
                return level;
            }
        }
        return 0;
    }
}
