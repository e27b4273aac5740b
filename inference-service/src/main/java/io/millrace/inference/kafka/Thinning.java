package io.millrace.inference.kafka;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Which records of a partition are taken where there are more a second than are wanted: all of few, else those whose offset is a multiple of a number that grows with how many there are. Follows from offsets and timestamps alone, so
 * that whoever goes on from what was kept takes the same. Not thread-safe.
 */
final class Thinning {
    private final long most;
    private long second = Long.MIN_VALUE;
    private long count;
    private long every = 1;

    /** @param most records a second that are wanted, at least 1; up to some times as many are taken in the first second of more */
    Thinning(long most) {
        this.most = Math.max(1, most);
    }

    /**
     * Whether a record is taken.
     *
     * @param millis its timestamp in Kafka
     */
    boolean takes(long offset, long millis) {
        long now = Math.floorDiv(millis, 1_000);
        if (now > second) {
            every = now == second + 1 ? Math.max(1, (count + most - 1) / most) : 1;
            second = now;
            count = 0;
        }
        count++;
        if (count > 2 * most * every) {
            every *= 2;
        }
        return offset % every == 0;
    }

    void write(DataOutput out) throws IOException {
        out.writeLong(second);
        out.writeLong(count);
        out.writeLong(every);
    }

    void read(DataInput in) throws IOException {
        second = in.readLong();
        count = in.readLong();
        every = Math.max(1, in.readLong());
    }
}
