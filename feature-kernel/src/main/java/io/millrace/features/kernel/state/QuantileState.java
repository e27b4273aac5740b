package io.millrace.features.kernel.state;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A DDSketch (C. Masson, J. Rim, H. Lee, DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees, 2019) whose buckets are read off a
 * number's bits. Values are ordered as {@link Double#compare} orders them, NaN above all; 0 and what is subnormal are one bucket of their own.
 */
public final class QuantileState extends NonFiniteCounts implements AggregationState {
    private long zeros;
    private Magnitudes positive = new Magnitudes();
    private Magnitudes negative = new Magnitudes();

    static QuantileState read(ByteReader in) {
        var state = new QuantileState();
        state.zeros = in.unsigned();
        state.readNonFinite(in);
        state.positive = Magnitudes.read(in);
        state.negative = Magnitudes.read(in);
        return state;
    }

    /**
     * The value at place ⌊q·(n − 1)⌋ of the sorted values, within 1/128 of its magnitude.
     *
     * @param q from 0 to 1
     * @return empty of no values
     */
    public OptionalDouble quantile(double q) {
        long below = negativeInfinities + negative.total();
        long finite = below + zeros + positive.total();
        long all = finite + positiveInfinities + nans;
        if (all == 0) {
            return OptionalDouble.empty();
        }
        long rank = (long) (q * (all - 1));
        if (rank < negativeInfinities) {
            return OptionalDouble.of(Double.NEGATIVE_INFINITY);
        }
        if (rank < below) {
            return OptionalDouble.of(-negative.at(below - 1 - rank));
        }
        if (rank < below + zeros) {
            return OptionalDouble.of(0);
        }
        if (rank < finite) {
            return OptionalDouble.of(positive.at(rank - below - zeros));
        }
        return OptionalDouble.of(rank < finite + positiveInfinities ? Double.POSITIVE_INFINITY : Double.NaN);
    }

    @Override
    public void add(@Nullable FeatureValue value, boolean met, EventOrder order) {
        add(
                switch (value) {
                    case FeatureValue.Int(long whole) -> (double) whole;
                    case FeatureValue.Real(double real) -> real;
                    case null, default -> throw new IllegalArgumentException("no quantile of " + value);
                });
    }

    private void add(double value) {
        if (!Double.isFinite(value)) {
            countNonFinite(value);
        } else if (Math.abs(value) < Double.MIN_NORMAL) {
            zeros++;
        } else if (value > 0) {
            positive.add(value);
        } else {
            negative.add(-value);
        }
    }

    @Override
    public void merge(AggregationState other) {
        if (!(other instanceof QuantileState quantiles)) {
            throw AggregationState.mismatch(this, other);
        }
        mergeNonFinite(quantiles);
        zeros += quantiles.zeros;
        positive.add(quantiles.positive);
        negative.add(quantiles.negative);
    }

    @Override
    public void write(ByteWriter out) {
        out.unsigned(zeros);
        writeNonFinite(out);
        positive.write(out);
        negative.write(out);
    }
}
