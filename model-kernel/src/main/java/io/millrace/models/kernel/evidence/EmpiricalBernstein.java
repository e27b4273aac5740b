package io.millrace.models.kernel.evidence;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The empirical-Bernstein confidence sequence with predictable plug-in of Waudby-Smith and Ramdas, Estimating means of bounded random variables by betting, JRSS-B 2024, theorem 2, intersected over time.
 *
 * <p>Assumes that each value lies in [low, high] and has the same mean given all before it; nothing about its distribution, and no independence. Valid at every count, from the first on. The bets λ may be any
 * function of the past: these are sized to be tightest near {@code tightestAt} values, and shrink as 1/√(t ln t) beyond; the cap of ½ is the paper's.
 */
final class EmpiricalBernstein implements MeanSequence {
    static final int KIND = 1;
    private static final double CAP = 0.5;

    private final double low;
    private final double high;
    private final double alpha;
    private final double tightestAt;
    private final double logOdds;

    private long count;
    private long clipped;
    private double sum;
    private double squares;
    private double bets;
    private double weighted;
    private double spread;
    private double lower;
    private double upper = 1;

    EmpiricalBernstein(double low, double high, double alpha, double tightestAt) {
        if (!(low < high) || Double.isInfinite(high - low)) {
            throw new IllegalArgumentException("a bounded mean has a range, got [" + low + ", " + high + "]");
        }
        if (!(alpha > 0 && alpha < 1) || !(tightestAt >= 1)) {
            throw new IllegalArgumentException("alpha " + alpha + ", tightest at " + tightestAt);
        }
        this.low = low;
        this.high = high;
        this.alpha = alpha;
        this.tightestAt = tightestAt;
        this.logOdds = StrictMath.log(2 / alpha);
    }

    @Override
    public void add(double value) {
        double inside = Math.min(high, Math.max(low, value));
        if (inside != value) {
            clipped++;
        }
        double x = (inside - low) / (high - low);
        double meanBefore = (0.5 + sum) / (count + 1);
        double varianceBefore = (0.25 + squares) / (count + 1);
        count++;
        double horizon =
                count <= tightestAt ? tightestAt : count * StrictMath.log1p(count) / StrictMath.log1p(tightestAt);
        double bet = Math.min(CAP, Math.sqrt(2 * logOdds / (varianceBefore * horizon)));
        sum += x;
        double meanNow = (0.5 + sum) / (count + 1);
        squares += (x - meanNow) * (x - meanNow);
        bets += bet;
        weighted += bet * x;
        double gap = x - meanBefore;
        spread += gap * gap * (-StrictMath.log1p(-bet) - bet);
        double centre = weighted / bets;
        double margin = (logOdds + spread) / bets;
        lower = Math.max(lower, centre - margin);
        upper = Math.min(upper, centre + margin);
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public double estimate() {
        return count == 0 ? Double.NaN : low + (high - low) * (sum / count);
    }

    @Override
    public double lower() {
        return low + (high - low) * lower;
    }

    @Override
    public double upper() {
        return low + (high - low) * upper;
    }

    @Override
    public long clipped() {
        return clipped;
    }

    @Override
    public boolean contradicted() {
        return lower > upper;
    }

    @Override
    public void write(DataOutput out) throws IOException {
        out.writeByte(KIND);
        out.writeDouble(low);
        out.writeDouble(high);
        out.writeDouble(alpha);
        out.writeDouble(tightestAt);
        out.writeLong(count);
        out.writeLong(clipped);
        out.writeDouble(sum);
        out.writeDouble(squares);
        out.writeDouble(bets);
        out.writeDouble(weighted);
        out.writeDouble(spread);
        out.writeDouble(lower);
        out.writeDouble(upper);
    }

    static EmpiricalBernstein readRest(DataInput in) throws IOException {
        double low = in.readDouble();
        double high = in.readDouble();
        double alpha = in.readDouble();
        var sequence = new EmpiricalBernstein(low, high, alpha, in.readDouble());
        sequence.count = in.readLong();
        sequence.clipped = in.readLong();
        sequence.sum = in.readDouble();
        sequence.squares = in.readDouble();
        sequence.bets = in.readDouble();
        sequence.weighted = in.readDouble();
        sequence.spread = in.readDouble();
        sequence.lower = in.readDouble();
        sequence.upper = in.readDouble();
        return sequence;
    }
}
