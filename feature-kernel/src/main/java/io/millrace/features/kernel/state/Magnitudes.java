package io.millrace.features.kernel.state;

import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.EncodingException;
import java.util.Arrays;

/**
 * Counts of positive numbers in buckets by their magnitude: a bucket is the exponent and the first 6 bits of the fraction, so that its middle is within 1/128 of every number in it, and
 * no logarithm decides which one a number falls into. The {@value #MOST} buckets up to the highest are kept (19 decades); what lies below falls into the lowest of them.
 */
final class Magnitudes {
    private static final int MOST = 4_096;
    private static final int DROPPED_BITS = 46;

    /** The bucket of {@code counts[0]}. */
    private int first;

    private long[] counts = {};
    private int highest = -1;
    private long total;

    void add(double number) {
        add((int) (Double.doubleToRawLongBits(number) >>> DROPPED_BITS), 1);
    }

    void add(Magnitudes other) {
        for (int i = 0; i < other.counts.length; i++) {
            if (other.counts[i] != 0) {
                add(other.first + i, other.counts[i]);
            }
        }
    }

    long total() {
        return total;
    }

    /** The middle of the bucket in which the number of this rank lies, from 0 for the smallest. */
    double at(long rank) {
        long below = 0;
        for (int i = 0; i < counts.length; i++) {
            below += counts[i];
            if (below > rank) {
                return Double.longBitsToDouble((long) (first + i) << DROPPED_BITS | 1L << DROPPED_BITS - 1);
            }
        }
        throw new IllegalArgumentException("rank " + rank + " of " + total);
    }

    private void add(int bucket, long count) {
        if (bucket > highest) {
            highest = bucket;
            collapseBelow(highest - MOST + 1);
        }
        int into = Math.max(bucket, highest - MOST + 1);
        makeRoom(into);
        counts[into - first] += count;
        total += count;
    }

    private void collapseBelow(int lowest) {
        if (counts.length == 0 || first >= lowest) {
            return;
        }
        long collapsed = 0;
        int gone = Math.min(lowest - first, counts.length);
        for (int i = 0; i < gone; i++) {
            collapsed += counts[i];
        }
        counts = Arrays.copyOfRange(counts, gone, counts.length);
        first += gone;
        if (collapsed > 0) {
            makeRoom(lowest);
            counts[lowest - first] += collapsed;
        }
    }

    private void makeRoom(int bucket) {
        if (counts.length == 0) {
            first = bucket;
            counts = new long[1];
        } else if (bucket < first) {
            long[] wider = new long[counts.length + first - bucket];
            System.arraycopy(counts, 0, wider, first - bucket, counts.length);
            counts = wider;
            first = bucket;
        } else if (bucket - first >= counts.length) {
            counts = Arrays.copyOf(counts, bucket - first + 1);
        }
    }

    /** The number of buckets that are not empty; each with its distance from the one before and its count. */
    void write(ByteWriter out) {
        int used = 0;
        for (long count : counts) {
            used += count == 0 ? 0 : 1;
        }
        out.unsigned(used);
        int before = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] != 0) {
                out.unsigned(first + i - before);
                out.unsigned(counts[i]);
                before = first + i;
            }
        }
    }

    static Magnitudes read(ByteReader in) {
        var magnitudes = new Magnitudes();
        long bucket = 0;
        for (int left = in.size(); left > 0; left--) {
            bucket += in.unsigned();
            long count = in.unsigned();
            if (bucket < 0 || bucket > 0x7ff << 6 || count <= 0) {
                throw new EncodingException("a bucket " + bucket + " of " + count);
            }
            magnitudes.add((int) bucket, count);
        }
        return magnitudes;
    }
}
