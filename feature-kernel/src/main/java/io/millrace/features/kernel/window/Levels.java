package io.millrace.features.kernel.window;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The tile sizes of a view, the smallest first, in microseconds. Tile k of a level of size h holds the events with kh &lt; time ≤ (k+1)h: open below,
 * as windows are, so that tiles put together are a window.
 *
 * <p>They are the hops of the view's windows; a finest one that divides every hop and 5 minutes; and of 5 s, 5 min, 1 h, 1 d and 8 d those that fill gaps of
 * more than 60 between neighbours, or that keep the longest window at some 60 tiles. An unbounded window has 5 min, 1 h, 1 d, 64 d, 4,096 d and 262,144 d in any case: each divides
 * the next, and some 170 tiles reach from the beginning of time to any instant.
 */
public record Levels(List<Long> micros) {
    /** The most different hops that a view may have: every event is written once for each level. */
    public static final int MOST_HOPS = 12;

    /** The most levels that come of that many hops: theirs, the finest and those between. */
    public static final int MOST_LEVELS = MOST_HOPS + 1 + 5 + 3;

    /** Before all events: a multiple of every size that an unbounded window uses. */
    static final long BEGINNING = -3 * Window.micros(Duration.ofDays(262_144));

    private static final long FINEST_AT_MOST = Window.micros(Duration.ofMinutes(5));
    private static final List<Long> LADDER = List.of(
            Window.micros(Duration.ofSeconds(5)),
            FINEST_AT_MOST,
            Window.micros(Duration.ofHours(1)),
            Window.micros(Duration.ofDays(1)),
            Window.micros(Duration.ofDays(8)));
    private static final List<Long> UNBOUNDED_LADDER = List.of(
            FINEST_AT_MOST,
            Window.micros(Duration.ofHours(1)),
            Window.micros(Duration.ofDays(1)),
            Window.micros(Duration.ofDays(64)),
            Window.micros(Duration.ofDays(4_096)),
            Window.micros(Duration.ofDays(262_144)));
    private static final int WIDEST_GAP = 60;
    private static final int MOST_TILES = 60;

    public Levels {
        micros = List.copyOf(micros);
    }

    /** The levels for these windows; none for none. */
    public static Levels of(Collection<Window> windows) {
        if (windows.isEmpty()) {
            return new Levels(List.of());
        }
        var sizes = new TreeSet<Long>();
        long finest = FINEST_AT_MOST;
        long longest = 0;
        for (Window window : windows) {
            if (window.isUnbounded()) {
                continue;
            }
            sizes.add(window.hopMicros());
            finest = gcd(finest, window.hopMicros());
            longest = Math.max(longest, window.lengthMicros());
        }
        sizes.add(finest);
        List<Long> given = new ArrayList<>(sizes);
        for (long step : LADDER) {
            Long below = lastBelow(given, step);
            Long above = firstAbove(given, step);
            boolean fillsGap = below != null && above != null && above / below > WIDEST_GAP;
            boolean shortens = below != null && above == null && longest / sizes.last() > MOST_TILES;
            if ((fillsGap || shortens) && step % finest == 0) {
                sizes.add(step);
            }
        }
        if (windows.contains(Window.UNBOUNDED)) {
            sizes.addAll(UNBOUNDED_LADDER);
        }
        return new Levels(new ArrayList<>(sizes));
    }

    /** The places of all levels. */
    public List<Integer> all() {
        return IntStream.range(0, micros.size()).boxed().toList();
    }

    /** The places of the levels of which each divides the next: those that an unbounded window uses, so that what lies behind a reader's instant needs their largest tiles only. */
    public List<Integer> nested() {
        var nested = new ArrayList<Integer>();
        for (int level = 0; level < micros.size(); level++) {
            long size = micros.get(level);
            boolean usable = level == 0 || LADDER.contains(size) || UNBOUNDED_LADDER.contains(size);
            if (usable && (nested.isEmpty() || size % micros.get(nested.getLast()) == 0)) {
                nested.add(level);
            }
        }
        return nested;
    }

    public boolean isEmpty() {
        return micros.isEmpty();
    }

    /** The finest size; where there is no level, 1: everything is a single event then. */
    public long finest() {
        return micros.isEmpty() ? 1 : micros.getFirst();
    }

    /** Which tile of a level an instant falls into. */
    public long tileOf(int level, long timeMicros) {
        return Math.floorDiv(timeMicros - 1, micros.get(level));
    }

    private static @Nullable Long lastBelow(List<Long> sizes, long step) {
        Long last = null;
        for (Long size : sizes) {
            if (size < step) {
                last = size;
            }
        }
        return last;
    }

    private static @Nullable Long firstAbove(List<Long> sizes, long step) {
        for (Long size : sizes) {
            if (size > step) {
                return size;
            }
        }
        return null;
    }

    private static long gcd(long a, long b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
