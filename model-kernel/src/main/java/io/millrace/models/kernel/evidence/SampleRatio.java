package io.millrace.models.kernel.evidence;

import io.millrace.models.kernel.statistics.Distributions;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The sequential test that arms get the shares that were declared (Lindon and Malek, Anytime-Valid Inference For Multinomial Count Data, NeurIPS 2022, section 3): a Bayes factor of a Dirichlet against the point
 * of the declared shares, which under these exceeds 1/α at any moment with chance α at most. Holds for counts in any order. Not thread-safe.
 */
public final class SampleRatio {
    /** How many rows the prior weighs: it looks for shares that are off by some 1/√100 of themselves first. Our choice; any is valid. */
    private static final double CONCENTRATION = 100;

    private final double[] shares;
    private final long[] counts;
    private double largest;

    /** Shares above 0 that make 1 within 1e−9. */
    public SampleRatio(double... shares) {
        double sum = 0;
        for (double share : shares) {
            if (!(share > 0)) {
                throw new IllegalArgumentException("a share must be above 0, was " + share);
            }
            sum += share;
        }
        if (Math.abs(sum - 1) > 1e-9) {
            throw new IllegalArgumentException("shares must make 1, made " + sum);
        }
        this.shares = shares.clone();
        this.counts = new long[shares.length];
    }

    /** So many more rows went to this arm. */
    public void assigned(int arm, long rows) {
        counts[arm] += rows;
        largest = Math.max(largest, logBayesFactor());
    }

    /** A p-value that is valid at every moment: never below α with a chance above α. */
    public double pValue() {
        return StrictMath.exp(-largest);
    }

    public long count(int arm) {
        return counts[arm];
    }

    private double logBayesFactor() {
        double sum = 0;
        long all = 0;
        for (int i = 0; i < counts.length; i++) {
            double prior = CONCENTRATION * shares[i];
            sum += Distributions.logGamma(prior + counts[i])
                    - Distributions.logGamma(prior)
                    - counts[i] * StrictMath.log(shares[i]);
            all += counts[i];
        }
        return sum + Distributions.logGamma(CONCENTRATION) - Distributions.logGamma(CONCENTRATION + all);
    }

    void write(DataOutput out) throws IOException {
        out.writeByte(shares.length);
        for (int i = 0; i < shares.length; i++) {
            out.writeDouble(shares[i]);
            out.writeLong(counts[i]);
        }
        out.writeDouble(largest);
    }

    static SampleRatio read(DataInput in) throws IOException {
        int arms = in.readUnsignedByte();
        double[] shares = new double[arms];
        long[] counts = new long[arms];
        for (int i = 0; i < arms; i++) {
            shares[i] = in.readDouble();
            counts[i] = in.readLong();
        }
        var ratio = new SampleRatio(shares);
        System.arraycopy(counts, 0, ratio.counts, 0, arms);
        ratio.largest = in.readDouble();
        return ratio;
    }
}
