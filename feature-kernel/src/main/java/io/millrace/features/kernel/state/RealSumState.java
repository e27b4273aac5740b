package io.millrace.features.kernel.state;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The exact sum of doubles and their number; NaN and the infinities are counted apart. */
public final class RealSumState implements AggregationState {
    private long finite;
    private long nans;
    private long positiveInfinities;
    private long negativeInfinities;
    private final ExactSum sum;

    RealSumState() {
        this(0, 0, 0, 0, new ExactSum());
    }

    private RealSumState(long finite, long nans, long positiveInfinities, long negativeInfinities, ExactSum sum) {
        this.finite = finite;
        this.nans = nans;
        this.positiveInfinities = positiveInfinities;
        this.negativeInfinities = negativeInfinities;
        this.sum = sum;
    }

    static RealSumState read(ByteReader in) {
        long finite = in.unsigned();
        return in.octet() == 0
                ? new RealSumState(finite, 0, 0, 0, ExactSum.read(in))
                : new RealSumState(finite, in.unsigned(), in.unsigned(), in.unsigned(), ExactSum.read(in));
    }

    /** The sum, rounded once; 0 of no numbers, never −0; NaN and the infinities as IEEE 754 adds them. */
    public double sum() {
        if (nans > 0 || (positiveInfinities > 0 && negativeInfinities > 0)) {
            return Double.NaN;
        }
        if (positiveInfinities > 0) {
            return Double.POSITIVE_INFINITY;
        }
        return negativeInfinities > 0 ? Double.NEGATIVE_INFINITY : sum.round();
    }

    /** The rounded sum divided by the count; empty of no numbers. */
    public OptionalDouble mean() {
        long count = finite + nans + positiveInfinities + negativeInfinities;
        return count == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum() / count);
    }

    @Override
    public void add(@Nullable FeatureValue value, boolean met, EventOrder order) {
        if (!(value instanceof FeatureValue.Real(double real))) {
            throw new IllegalArgumentException("a sum of doubles got " + value);
        }
        if (Double.isFinite(real)) {
            finite++;
            sum.add(real);
        } else if (Double.isNaN(real)) {
            nans++;
        } else if (real > 0) {
            positiveInfinities++;
        } else {
            negativeInfinities++;
        }
    }

    @Override
    public void merge(AggregationState other) {
        if (!(other instanceof RealSumState summed)) {
            throw AggregationState.mismatch(this, other);
        }
        finite += summed.finite;
        nans += summed.nans;
        positiveInfinities += summed.positiveInfinities;
        negativeInfinities += summed.negativeInfinities;
        sum.add(summed.sum);
    }

    @Override
    public void write(ByteWriter out) {
        out.unsigned(finite);
        boolean special = (nans | positiveInfinities | negativeInfinities) != 0;
        out.octet(special ? 1 : 0);
        if (special) {
            out.unsigned(nans);
            out.unsigned(positiveInfinities);
            out.unsigned(negativeInfinities);
        }
        sum.write(out);
    }
}
