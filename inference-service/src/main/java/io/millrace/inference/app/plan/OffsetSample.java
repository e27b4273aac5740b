package io.millrace.inference.app.plan;

import io.millrace.inference.app.plan.RecordedEvents.Part;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which offsets of a span are read: all of them, or a stratified draw that is the same for one seed: one offset out of each of as many equal stretches as rows are wanted. */
public final class OffsetSample {
    private final Map<Integer, long[]> picks = new HashMap<>();
    private final boolean isWhole;

    private OffsetSample(boolean isWhole) {
        this.isWhole = isWhole;
    }

    /** Draws {@code rows} offsets, each once; all where there are no more. */
    public static OffsetSample of(List<Part> parts, int rows, long seed) {
        long population =
                parts.stream().mapToLong(part -> part.to() - part.from()).sum();
        var sample = new OffsetSample(population <= rows);
        if (sample.isWhole) {
            return sample;
        }
        long[] drawn = new long[rows];
        for (int i = 0; i < rows; i++) {
            long from = stretch(population, i, rows);
            long width = stretch(population, i + 1, rows) - from;
            drawn[i] = from + Math.floorMod(mixed(seed, i), width);
        }
        long before = 0;
        for (Part part : parts) {
            long start = before;
            long size = part.to() - part.from();
            sample.picks.put(
                    part.partition(),
                    Arrays.stream(drawn)
                            .filter(each -> each >= start && each < start + size)
                            .map(each -> each - start + part.from())
                            .toArray());
            before += size;
        }
        return sample;
    }

    /** Whether every offset is read. */
    public boolean isWhole() {
        return isWhole;
    }

    public boolean has(int partition, long offset) {
        return next(partition, offset) == offset;
    }

    /** The first offset to read that is not before this one; {@link Long#MAX_VALUE} where there is none. */
    public long next(int partition, long offset) {
        if (isWhole) {
            return offset;
        }
        long[] of = picks.getOrDefault(partition, new long[0]);
        int at = Arrays.binarySearch(of, offset);
        int next = at >= 0 ? at : -at - 1;
        return next < of.length ? of[next] : Long.MAX_VALUE;
    }

    /** Where stretch {@code i} of {@code rows} begins. */
    private static long stretch(long population, int i, int rows) {
        return population / rows * i + population % rows * i / rows;
    }

    /** The finalizer of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). */
    private static long mixed(long seed, int i) {
        long z = seed + (i + 1) * 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
