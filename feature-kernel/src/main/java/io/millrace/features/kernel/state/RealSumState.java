package io.millrace.features.kernel.state;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The exact sum of doubles and their number; NaN and the infinities are counted apart. */
public final class RealSumState extends NonFiniteCounts implements AggregationState {
    private long finite;
    private final ExactSum sum;

    RealSumState() {
        sum = new ExactSum();
    }

    private RealSumState(ByteReader in) {
        finite = in.unsigned();
        readNonFinite(in);
        sum = ExactSum.read(in);
    }

    static RealSumState read(ByteReader in) {
        return new RealSumState(in);
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
        } else {
            countNonFinite(real);
        }
    }

    @Override
    public void merge(AggregationState other) {
        if (!(other instanceof RealSumState summed)) {
            throw AggregationState.mismatch(this, other);
        }
        finite += summed.finite;
        mergeNonFinite(summed);
        sum.add(summed.sum);
    }

    @Override
    public void mergeWritten(ByteReader in, Fold fold) {
        finite += in.unsigned();
        if (in.octet() != 0) {
            nans += in.unsigned();
            positiveInfinities += in.unsigned();
            negativeInfinities += in.unsigned();
        }
        sum.addWritten(in);
    }

    /** Passes over a state that was written. */
    static void skip(ByteReader in) {
        in.skipNumber();
        if (in.octet() != 0) {
            in.skipNumber();
            in.skipNumber();
            in.skipNumber();
        }
        ExactSum.skip(in);
    }

    @Override
    public void write(ByteWriter out) {
        out.unsigned(finite);
        writeNonFinite(out);
        sum.write(out);
    }
}
