package io.millrace.models.kernel.evidence;

import io.millrace.models.kernel.statistics.Distributions;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Thompson sampling (Thompson 1933; Chapelle and Li 2011) of arms whose rewards are 0 or 1, with beta posteriors from an even prior. Instead of drawing from the posteriors, the chance that each arm is the best is
 * computed, and the arm drawn from these chances: the same policy, and its propensities are known exactly as logged. They are those of Thompson sampling within {@link #error}, a bound of the quadrature that is
 * computed with them. The first choice after a reward computes them anew, some 0.2 ms for each arm: learn in batches where that is too often. Not thread-safe.
 */
public final class ThompsonBernoulli {
    private static final int VERSION = 1;
    private static final int CELLS = 512;
    private static final double DEVIATIONS = 8;

    private final double exploration;
    private final double[] won;
    private final double[] lost;
    private double[] chances = {};
    private double error;

    /**
     * Of arms that nobody knows.
     *
     * @param arms 2 to 100
     * @param exploration the share of the choices that is made evenly, 0 to 1: bounds the weights of off-policy estimates by arms / exploration
     */
    public ThompsonBernoulli(int arms, double exploration) {
        Choice.requireExploration(arms, exploration);
        this.exploration = exploration;
        this.won = new double[arms];
        this.lost = new double[arms];
        Arrays.fill(won, 1);
        Arrays.fill(lost, 1);
    }

    /** The arm for a number that was drawn evenly from [0, 1). */
    public Choice choose(double uniform) {
        return Choice.drawn(current(), uniform);
    }

    /** The chance of each arm, together 1. */
    public double[] propensities() {
        return current().clone();
    }

    /** By how much a propensity can be off from that of drawing from the posteriors. */
    public double error() {
        current();
        return error;
    }

    /** A reward, from 0 to 1; between the two it counts in part. */
    public void learn(int arm, double reward) {
        if (!(reward >= 0 && reward <= 1)) {
            throw new IllegalArgumentException("a reward lies from 0 to 1, got " + reward);
        }
        won[arm] += reward;
        lost[arm] += 1 - reward;
        chances = new double[0];
    }

    private double[] current() {
        if (chances.length == 0) {
            chances = best();
            Choice.explore(chances, exploration);
            error *= 1 - exploration;
        }
        return chances;
    }

    /** For each arm, the integral of its density times the chance that all others lie below, between cells' lower and upper sums. */
    private double[] best() {
        double[] points = points();
        int arms = won.length;
        double[][] below = new double[arms][points.length];
        for (int arm = 0; arm < arms; arm++) {
            double logBeta = Distributions.logBeta(won[arm], lost[arm]);
            for (int i = 0; i < points.length; i++) {
                below[arm][i] = Distributions.betaBelow(points[i], won[arm], lost[arm], logBeta);
            }
        }
        double[] best = new double[arms];
        double widest = 0;
        for (int arm = 0; arm < arms; arm++) {
            double wide = 0;
            double before = 0;
            for (int i = 0; i < points.length; i++) {
                double others = 1;
                for (int other = 0; other < arms; other++) {
                    others *= other == arm ? 1 : below[other][i];
                }
                if (i > 0) {
                    double mass = below[arm][i] - below[arm][i - 1];
                    best[arm] += mass * (before + others) / 2;
                    wide += mass * (others - before) / 2;
                }
                before = others;
            }
            widest = Math.max(widest, wide);
        }
        error = widest;
        return best;
    }

    private double[] points() {
        double from = 1;
        double to = 0;
        for (int arm = 0; arm < won.length; arm++) {
            double all = won[arm] + lost[arm];
            double mean = won[arm] / all;
            double deviation = Math.sqrt(mean * (1 - mean) / (all + 1));
            from = Math.min(from, mean - DEVIATIONS * deviation);
            to = Math.max(to, mean + DEVIATIONS * deviation);
        }
        from = Math.max(0, from);
        to = Math.min(1, to);
        double[] points = new double[CELLS + 3];
        for (int i = 0; i <= CELLS; i++) {
            points[i + 1] = from + (to - from) * i / CELLS;
        }
        points[CELLS + 2] = 1;
        return points;
    }

    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeByte(won.length);
        out.writeDouble(exploration);
        for (int arm = 0; arm < won.length; arm++) {
            out.writeDouble(won[arm]);
            out.writeDouble(lost[arm]);
        }
    }

    public static ThompsonBernoulli read(DataInput in) throws IOException {
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException("a bandit of version " + version);
        }
        int arms = in.readUnsignedByte();
        var bandit = new ThompsonBernoulli(arms, in.readDouble());
        for (int arm = 0; arm < arms; arm++) {
            bandit.won[arm] = in.readDouble();
            bandit.lost[arm] = in.readDouble();
        }
        return bandit;
    }
}
