package io.millrace.features.kernel.state;

import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.EncodingException;
import java.math.BigInteger;
import java.nio.ByteBuffer;

/**
 * The exact sum of finite doubles: a fixed-point number of 2,176 bits that covers every double and 2^63 of them (R. Neal, Fast Exact Summation Using
 * Small and Large Superaccumulators, 2015). Adding and merging lose nothing; {@link #round} rounds once. Not thread-safe.
 */
final class ExactSum {
    /** Chunk i counts 2^(32 i − 1074): 32 bits of a carried sum, and room above them for sums that were not carried yet. */
    private static final int CHUNKS = 68;

    private static final long DIGIT = 0xffff_ffffL;
    private static final long FRACTION = (1L << 52) - 1;

    /** All of them; of a sum as it was read only those that were written, from {@link #low}: most sums that are read are only added to another. */
    private long[] chunks;

    private boolean asRead;

    /** The lowest chunk that may not be zero. */
    private int low = CHUNKS;

    /** How many numbers below 2^32 each chunk may hold the sum of. */
    private int terms;

    ExactSum() {
        this(new long[CHUNKS]);
    }

    private ExactSum(long[] chunks) {
        this.chunks = chunks;
    }

    /** Adds a finite number. */
    void add(double value) {
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
        int shift = (exponent - 1) & 31;
        int chunk = (exponent - 1) >>> 5;
        makeRoom();
        low = Math.min(low, chunk);
        long first = mantissa << shift & DIGIT;
        long second = mantissa >>> 32 - shift & DIGIT;
        long third = shift == 0 ? 0 : mantissa >>> 64 - shift;
        if (bits < 0) {
            chunks[chunk] -= first;
            chunks[chunk + 1] -= second;
            chunks[chunk + 2] -= third;
        } else {
            chunks[chunk] += first;
            chunks[chunk + 1] += second;
            chunks[chunk + 2] += third;
        }
    }

    void add(ExactSum other) {
        if (!other.asRead) {
            other.carry();
        }
        makeRoom();
        int offset = other.asRead ? other.low : 0;
        int end = other.asRead ? other.low + other.chunks.length : CHUNKS;
        for (int i = other.low; i < end; i++) {
            chunks[i] += other.chunks[i - offset];
        }
        low = Math.min(low, other.low);
    }

    private void unfold() {
        if (asRead) {
            long[] all = new long[CHUNKS];
            System.arraycopy(chunks, 0, all, low, chunks.length);
            chunks = all;
            asRead = false;
        }
    }

    /** The nearest double, ties to even; an infinity where the sum lies beyond the doubles; never −0. */
    double round() {
        carry();
        boolean negative = chunks[CHUNKS - 1] < 0;
        long[] digits = magnitude(negative);
        int high = highest(digits);
        if (high < 0) {
            return 0.0;
        }
        int length = high * 32 + 64 - Long.numberOfLeadingZeros(digits[high]);
        double rounded = length <= 53 ? Double.longBitsToDouble(bits(digits, 0)) : rounded(digits, length - 53);
        return negative ? -rounded : rounded;
    }

    /** The sum itself. */
    ScaledInteger exact() {
        carry();
        boolean negative = chunks[CHUNKS - 1] < 0;
        long[] digits = magnitude(negative);
        int last = highest(digits);
        if (last < 0) {
            return new ScaledInteger(BigInteger.ZERO, 0);
        }
        int first = lowest(digits);
        var bytes = ByteBuffer.allocate((last - first + 1) * Integer.BYTES);
        for (int i = last; i >= first; i--) {
            bytes.putInt((int) digits[i]);
        }
        return new ScaledInteger(new BigInteger(negative ? -1 : 1, bytes.array()), first * 32 - 1074);
    }

    /** The sign, then the digits between the lowest and the highest that are not zero: 1 byte for zero, about 15 for everyday numbers. */
    void write(ByteWriter out) {
        carry();
        boolean negative = chunks[CHUNKS - 1] < 0;
        long[] digits = magnitude(negative);
        int last = highest(digits);
        if (last < 0) {
            out.octet(0);
            return;
        }
        int first = lowest(digits);
        out.octet(last - first + 1);
        out.octet(first << 1 | (negative ? 1 : 0));
        for (int i = first; i <= last; i++) {
            out.int32((int) digits[i]);
        }
    }

    static ExactSum read(ByteReader in) {
        int size = in.octet();
        if (size == 0) {
            return new ExactSum();
        }
        int head = in.octet();
        int first = head >>> 1;
        if (first + size > CHUNKS) {
            throw new EncodingException("a sum of " + size + " digits from " + first);
        }
        var sum = new ExactSum(new long[size]);
        for (int i = 0; i < size; i++) {
            long digit = in.int32() & DIGIT;
            sum.chunks[i] = (head & 1) == 0 ? digit : -digit;
        }
        sum.asRead = true;
        sum.low = first;
        sum.terms = 1;
        return sum;
    }

    private void makeRoom() {
        unfold();
        if (terms == Integer.MAX_VALUE - 1) {
            carry();
        }
        terms++;
    }

    /** Brings each chunk but the highest into 32 bits: the one form of this number. */
    private void carry() {
        unfold();
        if (low == CHUNKS) {
            return;
        }
        long carried = 0;
        for (int i = low; i < CHUNKS - 1; i++) {
            long value = chunks[i] + carried;
            chunks[i] = value & DIGIT;
            carried = value >> 32;
        }
        chunks[CHUNKS - 1] += carried;
        terms = 1;
    }

    private long[] magnitude(boolean negative) {
        if (!negative) {
            return chunks;
        }
        var opposite = new ExactSum();
        opposite.low = low;
        for (int i = low; i < CHUNKS; i++) {
            opposite.chunks[i] = -chunks[i];
        }
        opposite.carry();
        return opposite.chunks;
    }

    /** The place of the highest digit that is not zero; −1 of zero. */
    private static int highest(long[] digits) {
        int place = CHUNKS - 1;
        while (place >= 0 && digits[place] == 0) {
            place--;
        }
        return place;
    }

    /** The place of the lowest digit that is not zero, of this sum's magnitude, which is not zero. */
    private int lowest(long[] digits) {
        int place = low;
        while (digits[place] == 0) {
            place++;
        }
        return place;
    }

    /** The number without its {@code shift} lowest bits, of which there are more than none, rounded to 53 bits. */
    private static double rounded(long[] digits, int shift) {
        long mantissa = bits(digits, shift);
        int half = shift - 1;
        boolean up = (digits[half >>> 5] >>> (half & 31) & 1) != 0;
        boolean tie = (digits[half >>> 5] & (1L << (half & 31)) - 1) == 0;
        for (int i = (half >>> 5) - 1; tie && i >= 0; i--) {
            tie = digits[i] == 0;
        }
        if (up && (!tie || (mantissa & 1) != 0)) {
            mantissa++;
        }
        int exponent = shift + 1;
        if (mantissa == 1L << 53) {
            mantissa >>= 1;
            exponent++;
        }
        return exponent >= 0x7ff
                ? Double.POSITIVE_INFINITY
                : Double.longBitsToDouble((long) exponent << 52 | mantissa & FRACTION);
    }

    /** 53 bits from the given one. */
    private static long bits(long[] digits, int from) {
        int digit = from >>> 5;
        int shift = from & 31;
        long bits = digits[digit] >>> shift;
        if (digit + 1 < CHUNKS) {
            bits |= digits[digit + 1] << 32 - shift;
        }
        if (digit + 2 < CHUNKS && shift != 0) {
            bits |= digits[digit + 2] << 64 - shift;
        }
        return bits & (FRACTION << 1 | 1);
    }
}
