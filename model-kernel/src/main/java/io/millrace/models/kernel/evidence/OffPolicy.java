package io.millrace.models.kernel.evidence;

import io.millrace.features.kernel.state.ExactSum;
import io.millrace.models.kernel.measure.Sums;
import io.millrace.models.kernel.statistics.Distributions;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What a policy that was never deployed would have earned, from the log of one that was: inverse propensity scoring (Horvitz and Thompson 1952), self-normalised (Swaminathan and Joachims 2015) and doubly robust
 * (Dudík, Langford and Li 2011). The log must hold the chance with which each action was chosen, and the target policy must choose nothing that the log never could.
 *
 * <p>Weights are clipped at a most (Ionides 2008), which pulls the three estimates towards less where any was. The anytime interval holds in spite of that, at all moments at once, for adaptive logs too: the clipped
 * weights bound the value from below, and those of what is missing to the highest reward from above (Waudby-Smith, Wu, Ramdas, Karampatziakis and Mineiro, Anytime-valid off-policy inference for contextual bandits,
 * 2024), each by an {@link EmpiricalBernstein} sequence. Not thread-safe.
 */
public final class OffPolicy {
    private static final int VERSION = 1;

    private final double low;
    private final double high;
    private final double mostWeight;
    private final double z;
    private final double alpha;
    private EmpiricalBernstein earned;
    private EmpiricalBernstein missed;

    private ExactSum weights = new ExactSum();
    private ExactSum squaredWeights = new ExactSum();
    private ExactSum rewards = new ExactSum();
    private ExactSum squaredRewards = new ExactSum();
    private ExactSum crossed = new ExactSum();
    private ExactSum robust = new ExactSum();
    private ExactSum squaredRobust = new ExactSum();
    private long rows;
    private long clipped;

    /**
     * Of no rows.
     *
     * @param low no reward is lower
     * @param high no reward is higher
     * @param mostWeight at which weights are clipped, at least 1
     * @param alpha the chance that an interval misses
     * @param tightestAt for how many rows the anytime interval is made narrowest
     */
    public OffPolicy(double low, double high, double mostWeight, double alpha, double tightestAt) {
        if (!(low < high) || !(mostWeight >= 1) || Double.isInfinite(mostWeight)) {
            throw new IllegalArgumentException("rewards in [" + low + ", " + high + "], weights up to " + mostWeight);
        }
        this.low = low;
        this.high = high;
        this.mostWeight = mostWeight;
        this.alpha = alpha;
        this.z = Distributions.normalQuantile(1 - alpha / 2);
        this.earned = new EmpiricalBernstein(0, mostWeight, alpha / 2, tightestAt);
        this.missed = new EmpiricalBernstein(0, mostWeight, alpha / 2, tightestAt);
    }

    /** A row without a model of the reward: the doubly robust estimate is then that of inverse propensities. */
    public void add(double logged, double target, double reward) {
        add(logged, target, reward, 0, 0);
    }

    /**
     * A row of the log.
     *
     * @param logged the chance with which the logging policy chose the action that it took, above 0
     * @param target the chance with which the target policy would choose that action
     * @param reward that came, in the declared range
     * @param expected the reward that a model expects of that action
     * @param expectedOfTarget the reward that the model expects of the target policy: over all actions, by its chances
     */
    public void add(double logged, double target, double reward, double expected, double expectedOfTarget) {
        if (!(logged > 0 && logged <= 1) || !(target >= 0 && target <= 1)) {
            throw new IllegalArgumentException("chances " + logged + " and " + target);
        }
        if (!(reward >= low && reward <= high)) {
            throw new IllegalArgumentException("a reward of " + reward + " in [" + low + ", " + high + "]");
        }
        double weight = Math.min(mostWeight, target / logged);
        clipped += target / logged > mostWeight ? 1 : 0;
        rows++;
        weights.add(weight);
        squaredWeights.add(weight * weight);
        rewards.add(weight * reward);
        squaredRewards.add(weight * reward * (weight * reward));
        crossed.add(weight * (weight * reward));
        double corrected = expectedOfTarget + weight * (reward - expected);
        robust.add(corrected);
        squaredRobust.add(corrected * corrected);
        double unit = (reward - low) / (high - low);
        earned.add(weight * unit);
        missed.add(weight * (1 - unit));
    }

    public OffPolicyEstimates estimates() {
        double sum = weights.round();
        double squares = squaredWeights.round();
        double normalised = rewards.round() / sum;
        double residual = squaredRewards.round() - 2 * normalised * crossed.round() + normalised * normalised * squares;
        double error = Math.sqrt(Math.max(0, residual)) / sum;
        return new OffPolicyEstimates(
                rows,
                clipped,
                sum * sum / squares,
                mean(rewards.round(), squaredRewards.round()),
                new Interval(normalised, normalised - z * error, normalised + z * error),
                mean(robust.round(), squaredRobust.round()),
                new Interval(
                        normalised,
                        low + (high - low) * Math.max(0, earned.lower()),
                        high - (high - low) * Math.max(0, missed.lower())));
    }

    private Interval mean(double sum, double squares) {
        double mean = sum / rows;
        double error = Math.sqrt(Math.max(0, squares / rows - mean * mean) / (rows - 1.0));
        return new Interval(mean, mean - z * error, mean + z * error);
    }

    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeDouble(low);
        out.writeDouble(high);
        out.writeDouble(mostWeight);
        out.writeDouble(alpha);
        earned.write(out);
        missed.write(out);
        Sums.write(weights, out);
        Sums.write(squaredWeights, out);
        Sums.write(rewards, out);
        Sums.write(squaredRewards, out);
        Sums.write(crossed, out);
        Sums.write(robust, out);
        Sums.write(squaredRobust, out);
        out.writeLong(rows);
        out.writeLong(clipped);
    }

    /** What was written, to go on with. */
    public static OffPolicy read(DataInput in) throws IOException {
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException("off-policy sums of version " + version);
        }
        double low = in.readDouble();
        double high = in.readDouble();
        double mostWeight = in.readDouble();
        var read = new OffPolicy(low, high, mostWeight, in.readDouble(), 1);
        read.earned = sequence(in);
        read.missed = sequence(in);
        read.weights = Sums.read(in);
        read.squaredWeights = Sums.read(in);
        read.rewards = Sums.read(in);
        read.squaredRewards = Sums.read(in);
        read.crossed = Sums.read(in);
        read.robust = Sums.read(in);
        read.squaredRobust = Sums.read(in);
        read.rows = in.readLong();
        read.clipped = in.readLong();
        return read;
    }

    private static EmpiricalBernstein sequence(DataInput in) throws IOException {
        int kind = in.readUnsignedByte();
        if (kind != EmpiricalBernstein.KIND) {
            throw new IOException("a sequence of kind " + kind);
        }
        return EmpiricalBernstein.readRest(in);
    }
}
