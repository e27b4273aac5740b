package io.millrace.models.kernel.evidence;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * LinUCB with disjoint linear models (Li, Chu, Langford and Schapire, A contextual-bandit approach to personalized news article recommendation, WWW 2010, algorithm 1): each arm's reward is taken for linear in the
 * context, and the arm with the highest upper bound θ·x + width √(x'A⁻¹x) is chosen. A⁻¹ is kept by the update of Sherman and Morrison 1950. That choice is certain, so nothing could be learned off-policy from it: a
 * declared share of the choices is made evenly, and the propensity is that of both together. Not thread-safe.
 */
public final class LinUcb {
    private static final int VERSION = 1;
    private static final int MOST_DIMENSIONS = 4_096;

    private final int dimensions;
    private final double width;
    private final double exploration;
    private final double[][] inverse;
    private final double[][] rewards;

    /**
     * Of arms that nobody knows.
     *
     * @param arms 2 to 100
     * @param dimensions of a context, 1 to 4,096; put a constant 1 into it where rewards have an intercept
     * @param width how far above the estimate the bound lies, in standard errors; the paper's α
     * @param ridge what A begins with on its diagonal, above 0; the paper has 1
     * @param exploration the share of the choices that is made evenly, 0 to 1
     */
    public LinUcb(int arms, int dimensions, double width, double ridge, double exploration) {
        Choice.requireExploration(arms, exploration);
        if (dimensions < 1 || dimensions > MOST_DIMENSIONS || !(width >= 0) || !(ridge > 0)) {
            throw new IllegalArgumentException(dimensions + " dimensions, width " + width + ", ridge " + ridge);
        }
        this.dimensions = dimensions;
        this.width = width;
        this.exploration = exploration;
        this.inverse = new double[arms][dimensions * dimensions];
        this.rewards = new double[arms][dimensions];
        for (double[] matrix : inverse) {
            for (int i = 0; i < dimensions; i++) {
                matrix[i * dimensions + i] = 1 / ridge;
            }
        }
    }

    /** The arm for a context and a number that was drawn evenly from [0, 1). Of equal bounds the first arm's. */
    public Choice choose(double[] context, double uniform) {
        return Choice.drawn(propensities(context), uniform);
    }

    /** The chance of each arm in this context, together 1. */
    public double[] propensities(double[] context) {
        require(context);
        int best = 0;
        double highest = Double.NEGATIVE_INFINITY;
        double[] direction = new double[dimensions];
        for (int arm = 0; arm < inverse.length; arm++) {
            times(inverse[arm], context, direction);
            double bound = dot(direction, rewards[arm]) + width * Math.sqrt(Math.max(0, dot(direction, context)));
            if (bound > highest) {
                highest = bound;
                best = arm;
            }
        }
        double[] chances = new double[inverse.length];
        chances[best] = 1;
        Choice.explore(chances, exploration);
        return chances;
    }

    /** The reward that an arm is expected to give in a context. */
    public double expected(int arm, double[] context) {
        require(context);
        double[] direction = new double[dimensions];
        times(inverse[arm], context, direction);
        return dot(direction, rewards[arm]);
    }

    /** The reward that an arm gave in a context. */
    public void learn(int arm, double[] context, double reward) {
        require(context);
        if (!Double.isFinite(reward)) {
            throw new IllegalArgumentException("a reward must be finite, was " + reward);
        }
        double[] matrix = inverse[arm];
        double[] direction = new double[dimensions];
        times(matrix, context, direction);
        double scale = 1 / (1 + dot(direction, context));
        for (int i = 0; i < dimensions; i++) {
            double scaled = direction[i] * scale;
            for (int j = 0; j < dimensions; j++) {
                matrix[i * dimensions + j] -= scaled * direction[j];
            }
            rewards[arm][i] += reward * context[i];
        }
    }

    private void require(double[] context) {
        if (context.length != dimensions) {
            throw new IllegalArgumentException(dimensions + " dimensions, got " + context.length);
        }
        for (double value : context) {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("a context must be finite, has " + value);
            }
        }
    }

    private void times(double[] matrix, double[] vector, double[] product) {
        for (int i = 0; i < dimensions; i++) {
            double sum = 0;
            for (int j = 0; j < dimensions; j++) {
                sum += matrix[i * dimensions + j] * vector[j];
            }
            product[i] = sum;
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeByte(inverse.length);
        out.writeInt(dimensions);
        out.writeDouble(width);
        out.writeDouble(exploration);
        for (int arm = 0; arm < inverse.length; arm++) {
            for (double value : inverse[arm]) {
                out.writeDouble(value);
            }
            for (double value : rewards[arm]) {
                out.writeDouble(value);
            }
        }
    }

    public static LinUcb read(DataInput in) throws IOException {
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException("a bandit of version " + version);
        }
        int arms = in.readUnsignedByte();
        int dimensions = in.readInt();
        double width = in.readDouble();
        var bandit = new LinUcb(arms, dimensions, width, 1, in.readDouble());
        for (int arm = 0; arm < arms; arm++) {
            for (int i = 0; i < dimensions * dimensions; i++) {
                bandit.inverse[arm][i] = in.readDouble();
            }
            for (int i = 0; i < dimensions; i++) {
                bandit.rewards[arm][i] = in.readDouble();
            }
        }
        return bandit;
    }
}
