package io.millrace.features.kernel.state;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import java.math.BigInteger;
import java.util.OptionalDouble;
import java.util.function.ToDoubleBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The number of values, their exact sum and the exact sum of their squares: n·Σx² − (Σx)² is computed without a rounding, so that no cancellation costs
 * digits. A square is the sum of its rounded value and its error, which an fma gives exactly; values whose squares would leave the doubles' range are scaled
 * by a power of two before and summed apart.
 */
public final class MomentsState implements AggregationState {
    /** From here squares of whole numbers are taken in two parts. */
    private static final long SQUARE_FITS = 1L << 26;

    private static final long EXACT_IN_A_DOUBLE = 1L << 53;
    private static final double HUGE = 0x1p511;
    private static final double TINY = 0x1p-480;
    private static final int HUGE_SCALE = -512;
    private static final int TINY_SCALE = 600;
    private static final double TWO_TO_32 = 0x1p32;
    private static final long LOW = 0xffff_ffffL;

    private long count;
    private long special;
    private final ExactSum sum;
    private final ExactSum squares;
    private @Nullable ExactSum hugeSquares;
    private @Nullable ExactSum tinySquares;

    MomentsState() {
        this(new ExactSum(), new ExactSum());
    }

    private MomentsState(ExactSum sum, ExactSum squares) {
        this.sum = sum;
        this.squares = squares;
    }

    static MomentsState read(ByteReader in) {
        long count = in.unsigned();
        int parts = in.octet();
        long special = (parts & 1) != 0 ? in.unsigned() : 0;
        var state = new MomentsState(ExactSum.read(in), ExactSum.read(in));
        state.count = count;
        state.special = special;
        if ((parts & 2) != 0) {
            state.hugeSquares = ExactSum.read(in);
        }
        if ((parts & 4) != 0) {
            state.tinySquares = ExactSum.read(in);
        }
        return state;
    }

    /**
     * The variance, rounded once.
     *
     * @param population divides by n, by n − 1 where not
     * @return empty of no value, of one value where it divides by n − 1; NaN where a value is NaN or infinite
     */
    public OptionalDouble variance(boolean population) {
        return quotient(population, ScaledInteger::dividedBy);
    }

    /** The square root of the variance. */
    public OptionalDouble deviation(boolean population) {
        return quotient(population, ScaledInteger::rootDividedBy);
    }

    private OptionalDouble quotient(boolean population, ToDoubleBiFunction<ScaledInteger, BigInteger> rounded) {
        long all = count + special;
        if (all < (population ? 1 : 2)) {
            return OptionalDouble.empty();
        }
        if (special > 0) {
            return OptionalDouble.of(Double.NaN);
        }
        BigInteger n = BigInteger.valueOf(count);
        ScaledInteger ofSum = sum.exact();
        ScaledInteger numerator =
                allSquares().times(n).minus(new ScaledInteger(ofSum.unscaled().pow(2), 2 * ofSum.exponent()));
        BigInteger denominator = n.multiply(population ? n : n.subtract(BigInteger.ONE));
        return OptionalDouble.of(rounded.applyAsDouble(numerator, denominator));
    }

    private ScaledInteger allSquares() {
        ScaledInteger all = squares.exact();
        if (hugeSquares != null) {
            all = all.plus(hugeSquares.exact().scaled(-2 * HUGE_SCALE));
        }
        return tinySquares == null ? all : all.plus(tinySquares.exact().scaled(-2 * TINY_SCALE));
    }

    @Override
    public void add(@Nullable FeatureValue value, boolean met, EventOrder order) {
        switch (value) {
            case FeatureValue.Int(long whole) -> add(whole);
            case FeatureValue.Real(double real) -> add(real);
            case null, default -> throw new IllegalArgumentException("no variance of " + value);
        }
    }

    private void add(double value) {
        if (!Double.isFinite(value)) {
            special++;
            return;
        }
        count++;
        sum.add(value);
        double magnitude = Math.abs(value);
        if (magnitude >= HUGE) {
            hugeSquares = square(hugeSquares, Math.scalb(value, HUGE_SCALE));
        } else if (magnitude >= TINY) {
            square(squares, value);
        } else if (magnitude > 0) {
            tinySquares = square(tinySquares, Math.scalb(value, TINY_SCALE));
        }
    }

    private static ExactSum square(@Nullable ExactSum squares, double value) {
        ExactSum into = squares == null ? new ExactSum() : squares;
        double rounded = value * value;
        into.add(rounded);
        into.add(Math.fma(value, value, -rounded));
        return into;
    }

    private void add(long value) {
        count++;
        if (Math.abs(value) < SQUARE_FITS && value != Long.MIN_VALUE) {
            sum.add((double) value);
            squares.add((double) (value * value));
            return;
        }
        if (Math.abs(value) <= EXACT_IN_A_DOUBLE && value != Long.MIN_VALUE) {
            sum.add((double) value);
        } else {
            sum.add((value >> 32) * TWO_TO_32);
            sum.add((double) (value & LOW));
        }
        long magnitude = Math.abs(value);
        long high = Math.unsignedMultiplyHigh(magnitude, magnitude);
        long low = magnitude * magnitude;
        squares.add((high >>> 32) * 0x1p96);
        squares.add((high & LOW) * 0x1p64);
        squares.add((low >>> 32) * TWO_TO_32);
        squares.add((double) (low & LOW));
    }

    @Override
    public void merge(AggregationState other) {
        if (!(other instanceof MomentsState moments)) {
            throw AggregationState.mismatch(this, other);
        }
        count += moments.count;
        special += moments.special;
        sum.add(moments.sum);
        squares.add(moments.squares);
        hugeSquares = merged(hugeSquares, moments.hugeSquares);
        tinySquares = merged(tinySquares, moments.tinySquares);
    }

    private static @Nullable ExactSum merged(@Nullable ExactSum mine, @Nullable ExactSum other) {
        if (other == null) {
            return mine;
        }
        ExactSum into = mine == null ? new ExactSum() : mine;
        into.add(other);
        return into;
    }

    @Override
    public void write(ByteWriter out) {
        out.unsigned(count);
        out.octet((special > 0 ? 1 : 0) | (hugeSquares == null ? 0 : 2) | (tinySquares == null ? 0 : 4));
        if (special > 0) {
            out.unsigned(special);
        }
        sum.write(out);
        squares.write(out);
        if (hugeSquares != null) {
            hugeSquares.write(out);
        }
        if (tinySquares != null) {
            tinySquares.write(out);
        }
    }
}
