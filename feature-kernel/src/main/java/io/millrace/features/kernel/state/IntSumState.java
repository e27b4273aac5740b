package io.millrace.features.kernel.state;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import java.math.BigInteger;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The exact sum of whole numbers, in 128 bits, and their number. */
public final class IntSumState implements AggregationState {
    private long count;
    private long high;
    private long low;

    static IntSumState read(ByteReader in) {
        var state = new IntSumState();
        state.count = in.unsigned();
        state.high = in.signed();
        state.low = in.signed();
        return state;
    }

    /** The sum; 0 of no numbers, empty where it does not fit into 64 bits. */
    public OptionalLong sum() {
        return high == low >> 63 ? OptionalLong.of(low) : OptionalLong.empty();
    }

    /** The sum, rounded once to a double, divided by the count; empty of no numbers. */
    public OptionalDouble mean() {
        if (count == 0) {
            return OptionalDouble.empty();
        }
        BigInteger lowBits = new BigInteger(Long.toUnsignedString(low));
        BigInteger exact = BigInteger.valueOf(high).shiftLeft(64).add(lowBits);
        return OptionalDouble.of(exact.doubleValue() / count);
    }

    @Override
    public void add(@Nullable FeatureValue value, boolean met, EventOrder order) {
        if (!(value instanceof FeatureValue.Int(long number))) {
            throw new IllegalArgumentException("a sum of whole numbers got " + value);
        }
        count++;
        add(number >> 63, number);
    }

    @Override
    public void merge(AggregationState other) {
        if (!(other instanceof IntSumState summed)) {
            throw AggregationState.mismatch(this, other);
        }
        count += summed.count;
        add(summed.high, summed.low);
    }

    private void add(long otherHigh, long otherLow) {
        long sum = low + otherLow;
        int carry = Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
        low = sum;
        high += otherHigh + carry;
    }

    @Override
    public boolean overflowed() {
        return high != low >> 63;
    }

    @Override
    public void mergeWritten(ByteReader in, Fold fold) {
        count += in.unsigned();
        long otherHigh = in.signed();
        add(otherHigh, in.signed());
    }

    @Override
    public void write(ByteWriter out) {
        out.unsigned(count);
        out.signed(high);
        out.signed(low);
    }
}
