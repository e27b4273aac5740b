package io.millrace.models.kernel.outlier;

import io.millrace.models.kernel.statistics.Cholesky;
import io.millrace.models.kernel.statistics.Distributions;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The distance of a row from the mean of the reference in its own spread (Mahalanobis 1936). Values are standardised, and their covariance shrunk towards the identity as far as Ledoit and Wolf 2004 find best (A
 * well-conditioned estimator for large-dimensional covariance matrices, section 3.3), so that few rows or features that repeat one another do no harm. A missing value, or an infinite one, counts as the mean. Immutable and safe for all
 * threads.
 */
public final class Mahalanobis {
    private static final int VERSION = 1;
    private static final int MOST_FEATURES = 4_096;

    private final double[] mean;
    private final double[] deviation;
    private final double[] factor;
    private final Cholesky spread;
    private final double shrinkage;

    private Mahalanobis(double[] mean, double[] deviation, double[] factor, double shrinkage) {
        this.mean = mean;
        this.deviation = deviation;
        this.factor = factor;
        this.spread = Cholesky.ofFactor(factor, mean.length);
        this.shrinkage = shrinkage;
    }

    /**
     * Fits mean and covariance.
     *
     * @param rows of the reference, at least two, all of one length, up to 4,096; NaN is a missing value
     */
    public static Mahalanobis fit(double[][] rows) {
        if (rows.length < 2 || rows[0].length < 1 || rows[0].length > MOST_FEATURES) {
            throw new IllegalArgumentException(rows.length + " rows are no reference");
        }
        int d = rows[0].length;
        double[] mean = new double[d];
        double[] deviation = new double[d];
        for (int j = 0; j < d; j++) {
            moments(rows, j, mean, deviation);
        }
        double[] covariance = new double[d * d];
        double fourth = 0;
        double[] z = new double[d];
        for (double[] row : rows) {
            standardise(row, mean, deviation, z);
            double length = 0;
            for (int i = 0; i < d; i++) {
                length += z[i] * z[i];
                for (int j = 0; j <= i; j++) {
                    covariance[i * d + j] += z[i] * z[j] / rows.length;
                }
            }
            fourth += length * length;
        }
        double shrinkage = shrink(covariance, d, fourth, rows.length);
        return new Mahalanobis(mean, deviation, Cholesky.of(covariance, d).factor(), shrinkage);
    }

    private static void moments(double[][] rows, int feature, double[] mean, double[] deviation) {
        double squares = 0;
        long count = 0;
        for (double[] row : rows) {
            if (Double.isFinite(row[feature])) {
                count++;
                double gap = row[feature] - mean[feature];
                mean[feature] += gap / count;
                squares += gap * (row[feature] - mean[feature]);
            }
        }
        deviation[feature] = squares > 0 ? Math.sqrt(squares / count) : 1;
    }

    private static void standardise(double[] row, double[] mean, double[] deviation, double[] z) {
        for (int j = 0; j < z.length; j++) {
            z[j] = Double.isFinite(row[j]) ? (row[j] - mean[j]) / deviation[j] : 0;
        }
    }

    /** Shrinks in place and says how far: 0 not at all, 1 to a multiple of the identity. */
    private static double shrink(double[] covariance, int d, double fourth, int rows) {
        double trace = 0;
        double squares = 0;
        for (int i = 0; i < d; i++) {
            trace += covariance[i * d + i];
            for (int j = 0; j <= i; j++) {
                squares += (i == j ? 1 : 2) * covariance[i * d + j] * covariance[i * d + j];
            }
        }
        double middle = trace > 0 ? trace / d : 1;
        double distance = squares / d - middle * middle;
        double noise = (fourth / rows - squares) / d / rows;
        double shrinkage = distance > 0 ? Math.min(1, Math.max(0, noise / distance)) : 1;
        shrinkage = Math.max(shrinkage, 1e-9);
        for (int i = 0; i < d; i++) {
            for (int j = 0; j <= i; j++) {
                covariance[i * d + j] *= 1 - shrinkage;
            }
            covariance[i * d + i] += shrinkage * middle;
        }
        return shrinkage;
    }

    /** The squared distance: about as large as there are features for rows like those of the reference. */
    public double score(double[] row) {
        if (row.length != mean.length) {
            throw new IllegalArgumentException(mean.length + " features, got " + row.length);
        }
        double[] z = new double[mean.length];
        standardise(row, mean, deviation, z);
        return spread.inverseNorm(z);
    }

    /** The chance of such a score or a higher one, were the reference normal. */
    public double tail(double score) {
        return Distributions.chiSquareAbove(score, mean.length);
    }

    /** How far the covariance was shrunk, 0 to 1. */
    public double shrinkage() {
        return shrinkage;
    }

    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeShort(mean.length);
        out.writeDouble(shrinkage);
        for (int j = 0; j < mean.length; j++) {
            out.writeDouble(mean[j]);
            out.writeDouble(deviation[j]);
        }
        for (double value : factor) {
            out.writeDouble(value);
        }
    }

    public static Mahalanobis read(DataInput in) throws IOException {
        int version = in.readUnsignedByte();
        int d = in.readUnsignedShort();
        if (version != VERSION || d < 1 || d > MOST_FEATURES) {
            throw new IOException("version " + version + " of a distance of " + d + " features");
        }
        double shrinkage = in.readDouble();
        double[] mean = new double[d];
        double[] deviation = new double[d];
        for (int j = 0; j < d; j++) {
            mean[j] = in.readDouble();
            deviation[j] = in.readDouble();
        }
        double[] factor = new double[d * d];
        for (int i = 0; i < factor.length; i++) {
            factor[i] = in.readDouble();
        }
        return new Mahalanobis(mean, deviation, factor, shrinkage);
    }
}
