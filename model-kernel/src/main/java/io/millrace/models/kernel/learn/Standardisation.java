package io.millrace.models.kernel.learn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Running mean and variance of each dense column (Welford 1962, "Note on a method for calculating corrected sums of squares and products",
 * Technometrics 4), and numbers in units of them. The variance is that of the population, and a column that has none gives 0, as River's scaler does.
 */
final class Standardisation {
    private final double[] means;
    private final double[] squares;
    private long count;

    Standardisation(int columns) {
        means = new double[columns];
        squares = new double[columns];
    }

    void learn(double[] dense) {
        count++;
        for (int i = 0; i < means.length; i++) {
            double distance = dense[i] - means[i];
            means[i] += distance / count;
            squares[i] += distance * (dense[i] - means[i]);
        }
    }

    double mean(int column) {
        return means[column];
    }

    /** Standard deviation. */
    double deviation(int column) {
        return count == 0 ? 0 : Math.sqrt(squares[column] / count);
    }

    double standardised(int column, double value) {
        double deviation = deviation(column);
        // NaN stays NaN.
        return deviation > 0 ? (value - means[column]) / deviation : 0 * value;
    }

    void write(DataOutput out) throws IOException {
        out.writeLong(count);
        States.write(out, means);
        States.write(out, squares);
    }

    void readInto(DataInput in) throws IOException {
        count = in.readLong();
        States.read(in, means);
        States.read(in, squares);
    }
}
