package io.millrace.models.kernel.measure;

import io.millrace.features.kernel.state.ExactSum;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** A mean and its standard error, out of exact sums of the values and of their squares. The count is the owner's. */
final class Mean {
    private final ExactSum sum;
    private final ExactSum squares;

    Mean() {
        this(new ExactSum(), new ExactSum());
    }

    private Mean(ExactSum sum, ExactSum squares) {
        this.sum = sum;
        this.squares = squares;
    }

    /** Finite, and of a finite square. */
    void add(double value) {
        sum.add(value);
        squares.add(value * value);
    }

    void add(Mean other) {
        sum.add(other.sum);
        squares.add(other.squares);
    }

    Estimate of(long rows) {
        if (rows == 0) {
            return Estimate.NONE;
        }
        double mean = sum.round() / rows;
        double variance = Math.max(0, squares.round() / rows - mean * mean);
        return new Estimate(mean, rows < 2 ? Double.NaN : Math.sqrt(variance / (rows - 1)));
    }

    /** NaN without rows. */
    double rootMeanSquare(long rows) {
        return Math.sqrt(squares.round() / rows);
    }

    void write(DataOutput out) throws IOException {
        Sums.write(sum, out);
        Sums.write(squares, out);
    }

    static Mean read(DataInput in) throws IOException {
        ExactSum sum = Sums.read(in);
        return new Mean(sum, Sums.read(in));
    }
}
