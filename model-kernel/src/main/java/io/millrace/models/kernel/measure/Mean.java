package io.millrace.models.kernel.measure;

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
        double mean = sum.value() / rows;
        double variance = Math.max(0, squares.value() / rows - mean * mean);
        return new Estimate(mean, rows < 2 ? Double.NaN : Math.sqrt(variance / (rows - 1)));
    }

    /** NaN without rows. */
    double rootMeanSquare(long rows) {
        return Math.sqrt(squares.value() / rows);
    }

    void write(DataOutput out) throws IOException {
        sum.write(out);
        squares.write(out);
    }

    static Mean read(DataInput in) throws IOException {
        ExactSum sum = ExactSum.read(in);
        return new Mean(sum, ExactSum.read(in));
    }
}
