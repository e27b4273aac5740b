package io.millrace.inference.kafka;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Which records of a partition are taken where there are more a second than are wanted: all of few, else blocks of them that lie as far apart as that needs, so that what lies between need not be read. Follows from offsets and
 * timestamps. Not thread-safe.
 */
final class Thinning {
    static final int BLOCK = 100;

    private static final long SECOND = 1_000;
    private static final long MOST_EVERY = 10_000;

    /** What is worth being passed over unread. */
    private static final long WORTH = 500;

    private final long most;
    private long markOffset = -1;
    private long markMillis;
    private long every = 1;
    private long block = -BLOCK;

    /** @param most records a second that are wanted, at least 1; up to some times as many are taken in the first second of more */
    Thinning(long most) {
        this.most = Math.max(1, most);
    }

    /**
     * Whether a record is taken.
     *
     * @param offset above that of the record before
     * @param millis its timestamp in Kafka
     */
    boolean takes(long offset, long millis) {
        if (markOffset < 0 || Math.abs(millis - markMillis) >= SECOND) {
            if (markOffset >= 0) {
                long elapsed = Math.max(SECOND, millis - markMillis);
                long rate = (offset - markOffset) * SECOND / elapsed;
                every = Math.clamp((rate + most - 1) / most, 1, MOST_EVERY);
            }
            markOffset = offset;
            markMillis = millis;
        } else if (offset - markOffset > 2 * most * every && every < MOST_EVERY) {
            every *= 2;
        }
        if (offset >= block + BLOCK * every) {
            block = offset;
        }
        return offset < block + BLOCK;
    }

    /**
     * Where to read on.
     *
     * @param position the next record to be read
     * @param end behind the last that is there
     * @return {@code position} where what lies before the next block is little
     */
    long next(long position, long end) {
        long next = Math.min(end, block + BLOCK * every);
        return position >= block + BLOCK && next - position >= WORTH ? next : position;
    }

    void write(DataOutput out) throws IOException {
        out.writeLong(markOffset);
        out.writeLong(markMillis);
        out.writeLong(every);
        out.writeLong(block);
    }

    void read(DataInput in) throws IOException {
        markOffset = in.readLong();
        markMillis = in.readLong();
        every = Math.clamp(in.readLong(), 1, MOST_EVERY);
        block = in.readLong();
    }
}
