package io.millrace.models.kernel.drift;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * A window that is as long as its mean stands still: ADWIN (Bifet and Gavaldà 2007, "Learning from time-changing data with adaptive windowing",
 * SDM; ADWIN2 with the bound of its section 3.2 that uses the variance). The window is kept as an exponential histogram: row r holds at most
 * {@value #BUCKETS} buckets of 2^r values each, so that a window of n values takes O(log n) memory. {@value #BUCKETS} buckets and a look at every
 * {@value #CLOCK}th value are the paper's and its authors' choices; the rest are those of River's ADWIN, so that the two say the same at the same value.
 */
public final class Adwin implements ChangeDetector {
    /** The authors' confidence of a false alarm at a look. */
    public static final double DELTA = 0.002;

    private static final byte VERSION = 1;
    private static final int BUCKETS = 5;
    private static final int CLOCK = 32;
    private static final int SHORTEST_PART = 5;
    private static final int GRACE = 10;

    /** More values than a long counts. */
    private static final int MOST_ROWS = 62;

    private final double delta;
    private double[][] sums = new double[1][BUCKETS + 1];
    private double[][] variances = new double[1][BUCKETS + 1];
    private int[] counts = new int[1];
    private int rows = 1;
    private long ticks;
    private long width;
    private double sum;

    /** Of the squares of the distances from the mean. */
    private double variance;

    public Adwin() {
        this(DELTA);
    }

    /** @param delta in (0, 1): the share of looks at a stream that does not change which may say that it does */
    public Adwin(double delta) {
        if (!(delta > 0 && delta < 1)) throw new IllegalArgumentException("delta must be in (0, 1), was " + delta);
        this.delta = delta;
    }

    @Override
    public boolean update(double value) {
        if (!Double.isFinite(value)) throw new IllegalArgumentException("a value must be finite, was " + value);
        width++;
        if (width > 1) {
            double distance = value - sum / (width - 1);
            variance += (width - 1) * distance * distance / width;
        }
        sum += value;
        append(0, value, 0);
        compress();
        ticks++;
        if (ticks % CLOCK != 0 || width <= GRACE) return false;
        boolean changed = false;
        while (shrank()) changed = true;
        return changed;
    }

    /** The mean of the window; 0 where it is empty. */
    public double mean() {
        return width == 0 ? 0 : sum / width;
    }

    /** How many values the window spans. */
    public long width() {
        return width;
    }

    private void append(int row, double value, double spread) {
        sums[row][counts[row]] = value;
        variances[row][counts[row]] = spread;
        counts[row]++;
    }

    private void compress() {
        for (int row = 0; counts[row] > BUCKETS; row++) {
            if (row + 1 == rows) addRow();
            double size = size(row);
            double apart = (sums[row][0] - sums[row][1]) / size;
            append(
                    row + 1,
                    sums[row][0] + sums[row][1],
                    variances[row][0] + variances[row][1] + size * apart * apart / 2);
            drop(row, 2);
        }
    }

    private void addRow() {
        if (rows == counts.length) {
            int more = rows + 4;
            sums = Arrays.copyOf(sums, more);
            variances = Arrays.copyOf(variances, more);
            counts = Arrays.copyOf(counts, more);
            for (int row = rows; row < more; row++) {
                sums[row] = new double[BUCKETS + 1];
                variances[row] = new double[BUCKETS + 1];
            }
        }
        rows++;
    }

    private void drop(int row, int oldest) {
        counts[row] -= oldest;
        System.arraycopy(sums[row], oldest, sums[row], 0, counts[row]);
        System.arraycopy(variances[row], oldest, variances[row], 0, counts[row]);
    }

    /** Drops the oldest bucket where some cut of the window has parts whose means differ by more than the bound. */
    private boolean shrank() {
        double older = 0;
        double olderSum = 0;
        for (int row = rows - 1; row >= 0; row--) {
            for (int bucket = 0; bucket < counts[row]; bucket++) {
                if (row == 0 && bucket == counts[0] - 1) return false;
                older += size(row);
                olderSum += sums[row][bucket];
                double newer = width - older;
                if (older < SHORTEST_PART || newer < SHORTEST_PART) continue;
                if (Math.abs(olderSum / older - (sum - olderSum) / newer) > bound(older, newer)) {
                    dropOldest();
                    return true;
                }
            }
        }
        return false;
    }

    private double bound(double older, double newer) {
        double confidence = StrictMath.log(2 * StrictMath.log(width) / delta);
        double harmonic = 1 / (older - SHORTEST_PART + 1) + 1 / (newer - SHORTEST_PART + 1);
        return Math.sqrt(2 * harmonic * (variance / width) * confidence) + 2.0 / 3 * confidence * harmonic;
    }

    private void dropOldest() {
        int row = rows - 1;
        double size = size(row);
        double dropped = sums[row][0];
        double spread = variances[row][0];
        width -= (long) size;
        sum -= dropped;
        double apart = dropped / size - sum / width;
        variance = Math.max(0, variance - spread - size * width * apart * apart / (size + width));
        drop(row, 1);
        if (counts[row] == 0 && row > 0) rows--;
    }

    private static double size(int row) {
        return (double) (1L << row);
    }

    @Override
    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeDouble(delta);
        out.writeLong(ticks);
        out.writeLong(width);
        out.writeDouble(sum);
        out.writeDouble(variance);
        out.writeByte(rows);
        for (int row = 0; row < rows; row++) {
            out.writeByte(counts[row]);
            for (int bucket = 0; bucket < counts[row]; bucket++) {
                out.writeDouble(sums[row][bucket]);
                out.writeDouble(variances[row][bucket]);
            }
        }
    }

    public static Adwin read(DataInput in) throws IOException {
        byte version = in.readByte();
        if (version != VERSION) throw new IOException("ADWIN state of version " + version + " is not known");
        Adwin adwin = new Adwin(in.readDouble());
        adwin.ticks = in.readLong();
        adwin.width = in.readLong();
        adwin.sum = in.readDouble();
        adwin.variance = in.readDouble();
        int rows = in.readByte();
        if (rows < 1 || rows > MOST_ROWS) throw new IOException("ADWIN state has " + rows + " rows");
        while (adwin.rows < rows) adwin.addRow();
        for (int row = 0; row < rows; row++) {
            int count = in.readByte();
            if (count < 0 || count > BUCKETS) throw new IOException("ADWIN state has a row of " + count + " buckets");
            for (int bucket = 0; bucket < count; bucket++) adwin.append(row, in.readDouble(), in.readDouble());
        }
        return adwin;
    }
}
