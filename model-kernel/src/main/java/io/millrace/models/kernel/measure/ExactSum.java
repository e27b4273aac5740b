package io.millrace.models.kernel.measure;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * The exact sum of finite doubles, in fixed point with digits of 32 bits (R. Neal, Fast Exact Summation Using Small and Large Superaccumulators, 2015). Adding and
 * merging lose nothing and {@link #value} rounds once, so neither order nor grouping leaves a trace. Not thread-safe.
 */
public final class ExactSum {
    /** The lowest bit of the lowest digit counts 2^−1074, the smallest double. */
    private static final int UNIT = -1074;

    private static final long DIGIT = 0xffff_ffffL;
    private static final long FRACTION = (1L << 52) - 1;

    /** So many terms below 2^32 fit into a digit of 63 bits, twice over. */
    private static final int MOST_TERMS = 1 << 29;

    private static final int MOST_BYTES = 300;

    private long[] digits = {};
    private int base;
    private int terms;

    /**
     * Adds a number.
     *
     * @throws IllegalArgumentException of NaN and the infinities, which have no exact sum
     */
    public void add(double value) {
        long bits = Double.doubleToRawLongBits(value);
        int exponent = (int) (bits >>> 52) & 0x7ff;
        long mantissa = bits & FRACTION;
        if (exponent == 0x7ff) {
            throw new IllegalArgumentException("only finite numbers have an exact sum, got " + value);
        }
        if (exponent == 0) {
            exponent = 1;
        } else {
            mantissa |= FRACTION + 1;
        }
        if (mantissa == 0) {
            return;
        }
        makeRoom(1);
        int place = (exponent - 1) >>> 5;
        int shift = (exponent - 1) & 31;
        reach(place, place + 3);
        int at = place - base;
        long first = mantissa << shift & DIGIT;
        long second = mantissa >>> 32 - shift & DIGIT;
        long third = shift == 0 ? 0 : mantissa >>> 64 - shift;
        long sign = bits < 0 ? -1 : 1;
        digits[at] += sign * first;
        digits[at + 1] += sign * second;
        digits[at + 2] += sign * third;
    }

    /** Adds all that the other sum holds, and leaves that as it is. */
    public void add(ExactSum other) {
        if (other.digits.length == 0) {
            return;
        }
        makeRoom(other.terms);
        reach(other.base, other.base + other.digits.length);
        int at = other.base - base;
        for (int i = 0; i < other.digits.length; i++) {
            digits[at + i] += other.digits[i];
        }
    }

    /** The double next to the sum, ties to even; an infinity beyond the doubles; 0.0 of nothing. */
    public double value() {
        BigInteger exact = exact();
        int shift = Math.max(0, exact.bitLength() - 100);
        BigInteger top = exact.abs().shiftRight(shift);
        if (shift > 0 && exact.getLowestSetBit() < shift) {
            top = top.setBit(0);
        }
        double rounded = Math.scalb(top.doubleValue(), shift + UNIT);
        return exact.signum() < 0 ? -rounded : rounded;
    }

    /** Equal sums write equal bytes. */
    public void write(DataOutput out) throws IOException {
        BigInteger exact = exact();
        int zeros = Math.max(0, exact.getLowestSetBit());
        byte[] bytes = exact.shiftRight(zeros).toByteArray();
        out.writeShort(zeros);
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    /**
     * A sum that was written.
     *
     * @throws IOException also where the bytes are no sum's
     */
    public static ExactSum read(DataInput in) throws IOException {
        int zeros = in.readUnsignedShort();
        int length = in.readUnsignedShort();
        if (length == 0 || length > MOST_BYTES || zeros > 8 * MOST_BYTES) {
            throw new IOException("no sum: " + length + " bytes after " + zeros + " bits");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        var sum = new ExactSum();
        sum.take(new BigInteger(bytes).shiftLeft(zeros));
        return sum;
    }

    private BigInteger exact() {
        BigInteger exact = BigInteger.ZERO;
        for (int i = digits.length - 1; i >= 0; i--) {
            exact = exact.shiftLeft(32).add(BigInteger.valueOf(digits[i]));
        }
        return exact.shiftLeft(32 * base);
    }

    private void take(BigInteger exact) {
        BigInteger size = exact.abs();
        if (size.signum() == 0) {
            digits = new long[0];
            terms = 0;
            return;
        }
        base = size.getLowestSetBit() >>> 5;
        digits = new long[(size.bitLength() - 1 >>> 5) - base + 1];
        for (int i = 0; i < digits.length; i++) {
            digits[i] = exact.signum() * (size.shiftRight(32 * (base + i)).longValue() & DIGIT);
        }
        terms = 1;
    }

    private void makeRoom(int more) {
        if (terms > MOST_TERMS) {
            take(exact());
        }
        terms += more;
    }

    /** Makes room for the digits from the first to below the last. */
    private void reach(int from, int to) {
        if (digits.length == 0) {
            base = from;
            digits = new long[to - from];
            return;
        }
        int end = base + digits.length;
        if (from < base) {
            long[] wider = new long[Math.max(end, to) - from];
            System.arraycopy(digits, 0, wider, base - from, digits.length);
            base = from;
            digits = wider;
        } else if (to > end) {
            digits = Arrays.copyOf(digits, to - base);
        }
    }
}
