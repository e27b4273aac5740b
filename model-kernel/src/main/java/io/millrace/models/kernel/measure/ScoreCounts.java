package io.millrace.models.kernel.measure;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How many positives and negatives had scores in each of 1,922 bins, for the area under the ROC curve. The bins are narrow where scores of rare classes lie: 64 to each doubling of the score below one
 * half, down to 2^−16, and the same mirrored above. Within a bin the order is unknown and counts as tied, so the area is off by at most half the share of the pairs that fall into one bin:
 * {@link #aucError}.
 */
final class ScoreCounts implements Tally<ScoreCounts> {
    private static final int PAGE = 64;
    private static final int OCTAVES = 15;
    private static final int HALF = OCTAVES * PAGE + 1;
    static final int BINS = 2 * HALF;
    private static final double SMALLEST = 0x1p-16;
    private static final long SMALLEST_BITS = Double.doubleToRawLongBits(SMALLEST);

    private final long[] @Nullable [] positives = new long[BINS / PAGE + 1][];
    private final long[] @Nullable [] negatives = new long[BINS / PAGE + 1][];

    void add(double score, boolean positive) {
        count(positive ? positives : negatives, bin(score), 1);
    }

    @Override
    public void add(ScoreCounts other) {
        for (int bin = 0; bin < BINS; bin++) {
            count(positives, bin, of(other.positives, bin));
            count(negatives, bin, of(other.negatives, bin));
        }
    }

    /** Rises with the score: 0 to {@link #BINS} − 1. */
    static int bin(double score) {
        return score < 0.5 ? low(score) : BINS - 1 - low(1 - score);
    }

    private static int low(double score) {
        if (!(score >= SMALLEST)) {
            return 0;
        }
        int bin = 1 + (int) (Double.doubleToRawLongBits(score) - SMALLEST_BITS >>> 46);
        return Math.min(bin, HALF - 1);
    }

    /** The chance that a positive scores above a negative, ties as one half; NaN without both. */
    double auc() {
        double below = 0;
        double ordered = 0;
        for (int bin = 0; bin < BINS; bin++) {
            double here = of(negatives, bin);
            ordered += of(positives, bin) * (below + here / 2);
            below += here;
        }
        return ordered / pairs();
    }

    /** By how much {@link #auc} can be off from that of the scores themselves. */
    double aucError() {
        double tied = 0;
        for (int bin = 0; bin < BINS; bin++) {
            tied += (double) of(positives, bin) * of(negatives, bin);
        }
        return tied / 2 / pairs();
    }

    private double pairs() {
        return (double) total(positives) * total(negatives);
    }

    private static long total(long[] @Nullable [] pages) {
        long total = 0;
        for (int bin = 0; bin < BINS; bin++) {
            total += of(pages, bin);
        }
        return total;
    }

    private static long of(long[] @Nullable [] pages, int bin) {
        long[] page = pages[bin / PAGE];
        return page == null ? 0 : page[bin % PAGE];
    }

    private static void count(long[] @Nullable [] pages, int bin, long more) {
        if (more == 0) {
            return;
        }
        long[] page = pages[bin / PAGE];
        if (page == null) {
            page = new long[PAGE];
            pages[bin / PAGE] = page;
        }
        page[bin % PAGE] += more;
    }

    @Override
    public void write(DataOutput out) throws IOException {
        write(out, positives);
        write(out, negatives);
    }

    private static void write(DataOutput out, long[] @Nullable [] pages) throws IOException {
        int filled = 0;
        for (int bin = 0; bin < BINS; bin++) {
            filled += of(pages, bin) == 0 ? 0 : 1;
        }
        out.writeShort(filled);
        for (int bin = 0; bin < BINS; bin++) {
            if (of(pages, bin) != 0) {
                out.writeShort(bin);
                out.writeLong(of(pages, bin));
            }
        }
    }

    static ScoreCounts read(DataInput in) throws IOException {
        var counts = new ScoreCounts();
        read(in, counts.positives);
        read(in, counts.negatives);
        return counts;
    }

    private static void read(DataInput in, long[] @Nullable [] pages) throws IOException {
        int filled = in.readUnsignedShort();
        for (int i = 0; i < filled; i++) {
            int bin = in.readUnsignedShort();
            if (bin >= BINS) {
                throw new IOException("no bin " + bin);
            }
            count(pages, bin, in.readLong());
        }
    }
}
