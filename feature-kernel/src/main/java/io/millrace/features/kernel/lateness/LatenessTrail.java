package io.millrace.features.kernel.lateness;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Marks of one partition at ever older offsets: the newest, and for each of some grains the last two that lie at least a grain apart. Whoever has to begin
 * again at an older position (a store that lost its tail, a restored backup) finds a mark not far below it and reads on from there. A mark is a fact of the
 * log: it stays true as long as the topic is the same. Not thread-safe.
 */
public final class LatenessTrail {
    private static final long[] GRAINS = {1L << 10, 1L << 14, 1L << 18, 1L << 22, 1L << 26};
    private static final int RADIX = 36;
    private static final String BETWEEN_MARKS = ",";
    private static final char INSIDE_A_MARK = ':';

    /** The newest, then the newer and the older one of each grain. */
    private final @Nullable LatenessMark[] marks = new @Nullable LatenessMark[1 + 2 * GRAINS.length];

    /** Takes up what {@link #toString} wrote; a text that is none is an empty trail, which is never wrong. */
    public static LatenessTrail parse(String text) {
        var trail = new LatenessTrail();
        String[] parts = text.split(BETWEEN_MARKS, -1);
        if (parts.length != trail.marks.length) {
            return trail;
        }
        try {
            for (int i = 0; i < parts.length; i++) {
                trail.marks[i] = mark(parts[i]);
            }
            return trail;
        } catch (NumberFormatException noTrail) {
            return new LatenessTrail();
        }
    }

    private static @Nullable LatenessMark mark(String text) {
        int between = text.indexOf(INSIDE_A_MARK);
        return between < 0
                ? null
                : new LatenessMark(
                        Long.parseLong(text.substring(0, between), RADIX),
                        Long.parseLong(text.substring(between + 1), RADIX));
    }

    /** Adds a mark at the position that has been read up to; one that lies behind the newest says nothing new. */
    public void add(LatenessMark mark) {
        LatenessMark newest = marks[0];
        if (newest != null && mark.offset() < newest.offset()) {
            return;
        }
        marks[0] = mark;
        for (int grain = 0; grain < GRAINS.length; grain++) {
            LatenessMark newer = marks[1 + 2 * grain];
            if (newer == null || mark.offset() >= newer.offset() + GRAINS[grain]) {
                marks[2 + 2 * grain] = newer;
                marks[1 + 2 * grain] = mark;
            }
        }
    }

    /** The mark nearest below or at the position; empty where there is none, so that the partition has to be read from its first record. */
    public Optional<LatenessMark> before(long position) {
        return Arrays.stream(marks)
                .flatMap(mark -> Optional.ofNullable(mark).stream())
                .filter(mark -> mark.offset() <= position)
                .max(java.util.Comparator.comparingLong(LatenessMark::offset));
    }

    /** Forgets the marks behind the position, so that the ones that are added when it is read again take their places. */
    public void cut(long position) {
        for (int i = 0; i < marks.length; i++) {
            LatenessMark mark = marks[i];
            if (mark != null && mark.offset() > position) {
                marks[i] = null;
            }
        }
    }

    public boolean isEmpty() {
        return Arrays.stream(marks).allMatch(mark -> mark == null);
    }

    /** Printable ASCII of at most 400 characters without blanks. */
    @Override
    public String toString() {
        var text = new StringBuilder();
        for (int i = 0; i < marks.length; i++) {
            LatenessMark mark = marks[i];
            text.append(i == 0 ? "" : BETWEEN_MARKS);
            if (mark != null) {
                text.append(Long.toString(mark.offset(), RADIX))
                        .append(INSIDE_A_MARK)
                        .append(Long.toString(mark.largest(), RADIX));
            }
        }
        return text.toString();
    }
}
