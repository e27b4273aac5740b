package io.millrace.edge.domain;

import java.util.Arrays;

/**
 * Which sequences of a node were seen: the highest, and each of the {@link #SIZE} up to it. A node that lost its counter begins anew with a higher birth
 * (after the births of Eclipse Sparkplug 3.0). Not thread-safe.
 */
public final class SequenceWindow {
    /** How far behind the highest sequence a late one is still told from a duplicate. */
    public static final int SIZE = 1_024;

    private long birth;
    private long first;
    private long highest;
    private final long[] seen;

    /** What a sequence is to this window. */
    public enum Verdict {
        /** Newer than all before. */
        NEWEST,
        /** Not seen, behind a newer one. */
        LATE,
        DUPLICATE,
        /** Of an earlier birth, or behind the window: nobody can say. */
        STALE
    }

    public SequenceWindow() {
        this(0, 0, 0, new long[SIZE / Long.SIZE]);
    }

    /** Restores what {@link #birth}, {@link #first}, {@link #highest} and {@link #bits} gave. */
    public SequenceWindow(long birth, long first, long highest, long[] bits) {
        if (bits.length != SIZE / Long.SIZE) {
            throw new IllegalArgumentException("expected " + SIZE / Long.SIZE + " words, was " + bits.length);
        }
        this.birth = birth;
        this.first = first;
        this.highest = highest;
        this.seen = bits.clone();
    }

    public long birth() {
        return birth;
    }

    /** The lowest of this birth; 0 before the first. */
    public long first() {
        return first;
    }

    /** 0 before the first. */
    public long highest() {
        return highest;
    }

    public long[] bits() {
        return seen.clone();
    }

    /**
     * @param birth 0 or more
     * @param sequence 1 or more
     */
    public Verdict verdict(long birth, long sequence) {
        if (birth > this.birth || (birth == this.birth && sequence > highest)) {
            return Verdict.NEWEST;
        }
        if (birth < this.birth || sequence <= highest - SIZE) {
            return Verdict.STALE;
        }
        return isSet(sequence) ? Verdict.DUPLICATE : Verdict.LATE;
    }

    /**
     * Marks a sequence as seen.
     *
     * @return by how many the expected summaries grew: those from the lowest sequence of the birth to the highest are expected
     */
    public long mark(long birth, long sequence) {
        if (birth > this.birth || highest == 0) {
            this.birth = birth;
            first = sequence;
            highest = sequence;
            Arrays.fill(seen, 0);
            set(sequence, true);
            return 1;
        }
        if (birth < this.birth || sequence <= highest - SIZE) {
            return 0;
        }
        if (sequence < first) {
            long before = first - sequence;
            first = sequence;
            set(sequence, true);
            return before;
        }
        long grown = 0;
        if (sequence > highest) {
            grown = sequence - highest;
            for (long next = highest + 1; next < sequence && next <= highest + SIZE; next++) {
                set(next, false);
            }
            if (grown > SIZE) {
                Arrays.fill(seen, 0);
            }
            highest = sequence;
        }
        set(sequence, true);
        return grown;
    }

    /** Takes back a mark: the sequence may come again and is then late, not a duplicate. */
    public void forget(long birth, long sequence) {
        if (birth == this.birth && sequence <= highest && sequence > highest - SIZE) {
            set(sequence, false);
        }
    }

    private boolean isSet(long sequence) {
        int bit = (int) (sequence % SIZE);
        return (seen[bit / Long.SIZE] >>> (bit % Long.SIZE) & 1) == 1;
    }

    private void set(long sequence, boolean value) {
        int bit = (int) (sequence % SIZE);
        long mask = 1L << (bit % Long.SIZE);
        seen[bit / Long.SIZE] = value ? seen[bit / Long.SIZE] | mask : seen[bit / Long.SIZE] & ~mask;
    }
}
