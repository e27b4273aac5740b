package io.millrace.models.kernel.measure;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * How many predictions there were, how many of them got a label, and how long after the prediction it came. Ages are kept in bins, eight to each doubling: a quantile is the upper edge of its bin, at
 * most an eighth above.
 */
final class LabelCounts implements Tally<LabelCounts> {
    private static final int SUB_BITS = 3;
    private static final int BINS = 62 << SUB_BITS;

    private long predictions;
    private long labels;
    private long[] ages = {};

    void predicted() {
        predictions++;
    }

    /** A label that came so long after its prediction; below zero counts as zero. */
    void labelled(long ageMicros) {
        labels++;
        int bin = bin(Math.max(0, ageMicros));
        if (bin >= ages.length) {
            ages = Arrays.copyOf(ages, bin + 1);
        }
        ages[bin]++;
    }

    @Override
    public void add(LabelCounts other) {
        predictions += other.predictions;
        labels += other.labels;
        if (other.ages.length > ages.length) {
            ages = Arrays.copyOf(ages, other.ages.length);
        }
        for (int i = 0; i < other.ages.length; i++) {
            ages[i] += other.ages[i];
        }
    }

    LabelCoverage coverage() {
        return new LabelCoverage(predictions, labels, quantile(0.5), quantile(0.95), quantile(1));
    }

    private long quantile(double share) {
        long wanted = (long) Math.ceil(share * labels);
        long seen = 0;
        for (int bin = 0; bin < ages.length; bin++) {
            seen += ages[bin];
            if (seen >= wanted && seen > 0) {
                return upperEdge(bin);
            }
        }
        return 0;
    }

    private static int bin(long age) {
        if (age < 1 << SUB_BITS) {
            return (int) age;
        }
        int exponent = 63 - Long.numberOfLeadingZeros(age);
        int sub = (int) (age >>> exponent - SUB_BITS) & (1 << SUB_BITS) - 1;
        return Math.min(BINS - 1, (exponent - SUB_BITS + 1 << SUB_BITS) + sub);
    }

    private static long upperEdge(int bin) {
        if (bin < 1 << SUB_BITS) {
            return bin;
        }
        int exponent = (bin >>> SUB_BITS) + SUB_BITS - 1;
        long sub = bin & (1 << SUB_BITS) - 1;
        return ((1L << SUB_BITS) + sub + 1 << exponent - SUB_BITS) - 1;
    }

    @Override
    public void write(DataOutput out) throws IOException {
        out.writeLong(predictions);
        out.writeLong(labels);
        out.writeShort(ages.length);
        for (long count : ages) {
            out.writeLong(count);
        }
    }

    static LabelCounts read(DataInput in) throws IOException {
        var counts = new LabelCounts();
        counts.predictions = in.readLong();
        counts.labels = in.readLong();
        counts.ages = new long[Math.min(BINS, in.readUnsignedShort())];
        for (int i = 0; i < counts.ages.length; i++) {
            counts.ages[i] = in.readLong();
        }
        return counts;
    }
}
