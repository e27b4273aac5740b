package io.millrace.models.kernel.evidence;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, Time-uniform central limit theory and asymptotic confidence sequences, Annals of Statistics 2024, theorem 2.2: the
 * normal mixture of Robbins 1970 with the estimated variance.
 *
 * <p>For values without known bounds. Assumes independent values of one mean with slightly more than two finite moments; the chance of ever missing the mean tends to at most α as the first look moves later,
 * so nothing should be decided on few values. The parameter of the mixture is the one that is tightest at {@code tightestAt} values (their equation for ρ).
 */
final class AsymptoticSequence implements MeanSequence {
    static final int KIND = 2;

    private final double alpha;
    private final double tightestAt;
    private final double mixture;

    private long count;
    private double mean;
    private double squares;

    AsymptoticSequence(double alpha, double tightestAt) {
        if (!(alpha > 0 && alpha < 1) || !(tightestAt >= 1)) {
            throw new IllegalArgumentException("alpha " + alpha + ", tightest at " + tightestAt);
        }
        this.alpha = alpha;
        this.tightestAt = tightestAt;
        double odds = -2 * StrictMath.log(alpha);
        this.mixture = (odds + StrictMath.log(odds) + 1) / tightestAt;
    }

    @Override
    public void add(double value) {
        count++;
        double gap = value - mean;
        mean += gap / count;
        squares += gap * (value - mean);
    }

    private double margin() {
        if (count < 2) {
            return Double.POSITIVE_INFINITY;
        }
        double grown = count * mixture + 1;
        double factor = 2 * grown / ((double) count * count * mixture);
        double log = StrictMath.log(grown) / 2 - StrictMath.log(alpha);
        return Math.sqrt(squares / (count - 1) * factor * log);
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public double estimate() {
        return count == 0 ? Double.NaN : mean;
    }

    @Override
    public double lower() {
        return mean - margin();
    }

    @Override
    public double upper() {
        return mean + margin();
    }

    @Override
    public long clipped() {
        return 0;
    }

    @Override
    public boolean contradicted() {
        return false;
    }

    @Override
    public void write(DataOutput out) throws IOException {
        out.writeByte(KIND);
        out.writeDouble(alpha);
        out.writeDouble(tightestAt);
        out.writeLong(count);
        out.writeDouble(mean);
        out.writeDouble(squares);
    }

    static AsymptoticSequence readRest(DataInput in) throws IOException {
        double alpha = in.readDouble();
        var sequence = new AsymptoticSequence(alpha, in.readDouble());
        sequence.count = in.readLong();
        sequence.mean = in.readDouble();
        sequence.squares = in.readDouble();
        return sequence;
    }
}
