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
public final class ExactSum {
    /** Chunk i counts 2^(32 i − 1074): 32 bits of a carried sum, and room above them for sums that were not carried yet. */
    private static final int CHUNKS = 68;

    private static final long DIGIT = 0xffff_ffffL;
    private static final long FRACTION = (1L << 52) - 1;

    private static final long[] NONE = {};

    /** Those from {@link #base} on, as many as there was need for: numbers of one kind need some five. All others are zero. */
    private long[] chunks;

    private int base;

    /** How many numbers below 2^32 each chunk may hold the sum of. */
    private int terms;

    public ExactSum() {
        this(0, NONE);
    }

    private ExactSum(int base, long[] chunks) {
        this.base = base;
        this.chunks = chunks;
    }

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
        int shift = (exponent - 1) & 31;
        int chunk = (exponent - 1) >>> 5;
        makeRoom();
        reach(chunk, chunk + 3);
        int at = chunk - base;
        long first = mantissa << shift & DIGIT;
        long second = mantissa >>> 32 - shift & DIGIT;
        long third = shift == 0 ? 0 : mantissa >>> 64 - shift;
        if (bits < 0) {
            chunks[at] -= first;
            chunks[at + 1] -= second;
            chunks[at + 2] -= third;
        } else {
            chunks[at] += first;
            chunks[at + 1] += second;
            chunks[at + 2] += third;
        }
    }

    /** Adds all that the other sum holds, and leaves its value as it is. */
    public void add(ExactSum other) {
        if (other.terms > 1) {
            other.carry();
        }
        if (other.chunks.length == 0) {
            return;
        }
        makeRoom();
        reach(other.base, other.base + other.chunks.length);
        int at = other.base - base;
        for (int i = 0; i < other.chunks.length; i++) {
            chunks[at + i] += other.chunks[i];
        }
    }

    /** Makes room for the chunks from the first to below the last, and for what is carried above them. */
    private void reach(int from, int to) {
        int end = base + chunks.length;
        if (chunks.length == 0) {
            base = from;
            chunks = new long[Math.min(CHUNKS, to + 1) - from];
        } else if (from < base || to > end) {
            int begin = Math.min(from, base);
            long[] wider = new long[(to > end ? Math.min(CHUNKS, to + 1) : end) - begin];
            System.arraycopy(chunks, 0, wider, base - begin, chunks.length);
            base = begin;
            chunks = wider;
        }
    }

    /** The nearest double, ties to even; an infinity where the sum lies beyond the doubles; never −0. */
    public double round() {
        carry();
        boolean negative = isNegative();
        ExactSum magnitude = negative ? opposite() : this;
        int high = magnitude.highest();
        if (high < 0) {
            return 0.0;
        }
        int length = high * 32 + 64 - Long.numberOfLeadingZeros(magnitude.digit(high));
        double rounded = length <= 53 ? Double.longBitsToDouble(magnitude.bits(0)) : magnitude.rounded(length - 53);
        return negative ? -rounded : rounded;
    }

    /** The sum itself. */
    ScaledInteger exact() {
        carry();
        boolean negative = isNegative();
        ExactSum magnitude = negative ? opposite() : this;
        int last = magnitude.highest();
        if (last < 0) {
            return new ScaledInteger(BigInteger.ZERO, 0);
        }
        int first = magnitude.lowest();
        var bytes = ByteBuffer.allocate((last - first + 1) * Integer.BYTES);
        for (int i = last; i >= first; i--) {
            bytes.putInt((int) magnitude.digit(i));
        }
        return new ScaledInteger(new BigInteger(negative ? -1 : 1, bytes.array()), first * 32 - 1074);
    }

    /** The sign, then the digits between the lowest and the highest that are not zero: 1 byte for zero, about 15 for everyday numbers. */
    public void write(ByteWriter out) {
        carry();
        boolean negative = isNegative();
        ExactSum magnitude = negative ? opposite() : this;
        int last = magnitude.highest();
        if (last < 0) {
            out.octet(0);
            return;
        }
        int first = magnitude.lowest();
        out.octet(last - first + 1);
        out.octet(first << 1 | (negative ? 1 : 0));
        for (int i = first; i <= last; i++) {
            out.int32((int) magnitude.digit(i));
        }
    }

    /** Adds a sum that was written. */
    void addWritten(ByteReader in) {
        int size = in.octet();
        if (size == 0) {
            return;
        }
        int head = in.octet();
        int first = head >>> 1;
        requirePlaces(first, size);
        makeRoom();
        reach(first, first + size);
        int at = first - base;
        for (int i = 0; i < size; i++) {
            long digit = in.int32() & DIGIT;
            chunks[at + i] += (head & 1) == 0 ? digit : -digit;
        }
    }

    private static void requirePlaces(int first, int size) {
        if (first + size > CHUNKS) {
            throw new EncodingException("a sum of " + size + " digits from " + first);
        }
    }

    /** Passes over a sum that was written. */
    static void skip(ByteReader in) {
        int size = in.octet();
        in.skip(size == 0 ? 0 : 1 + size * Integer.BYTES);
    }

    /**
     * A sum that was written.
     *
     * @throws EncodingException where the bytes are no sum's
     */
    public static ExactSum read(ByteReader in) {
        int size = in.octet();
        if (size == 0) {
            return new ExactSum();
        }
        int head = in.octet();
        int first = head >>> 1;
        requirePlaces(first, size);
        long[] chunks = new long[size];
        for (int i = 0; i < size; i++) {
            long digit = in.int32() & DIGIT;
            chunks[i] = (head & 1) == 0 ? digit : -digit;
        }
        var sum = new ExactSum(first, chunks);
        sum.terms = 1;
        return sum;
    }

    private void makeRoom() {
        if (terms == Integer.MAX_VALUE - 1) {
            carry();
        }
        terms++;
    }

    /** Brings each chunk but the highest into 32 bits, and the highest into 31 with a sign: the sum is negative where that is. */
    private void carry() {
        int last = chunks.length - 1;
        if (last < 0) {
            return;
        }
        long carried = 0;
        for (int i = 0; i < last; i++) {
            long value = chunks[i] + carried;
            chunks[i] = value & DIGIT;
            carried = value >> 32;
        }
        chunks[last] += carried;
        if (chunks[last] != (int) chunks[last] && base + last < CHUNKS - 1) {
            reach(base, base + last + 2);
            carry();
        }
        terms = 1;
    }

    /** Of a sum that was carried. */
    private boolean isNegative() {
        return chunks.length > 0 && chunks[chunks.length - 1] < 0;
    }

    /** This sum with the other sign, carried. */
    private ExactSum opposite() {
        var opposite = new ExactSum(base, new long[chunks.length]);
        for (int i = 0; i < chunks.length; i++) {
            opposite.chunks[i] = -chunks[i];
        }
        opposite.carry();
        return opposite;
    }

    /** A chunk of a sum that was carried and is not negative, by its place among all. */
    private long digit(int place) {
        int at = place - base;
        return at >= 0 && at < chunks.length ? chunks[at] : 0;
    }

    /** The place of the highest digit that is not zero; −1 of zero. */
    private int highest() {
        int at = chunks.length - 1;
        while (at >= 0 && chunks[at] == 0) {
            at--;
        }
        return at < 0 ? -1 : base + at;
    }

    /** The place of the lowest digit that is not zero, of a sum that is not zero. */
    private int lowest() {
        int at = 0;
        while (chunks[at] == 0) {
            at++;
        }
        return base + at;
    }

    /** The number without its {@code shift} lowest bits, of which there are more than none, rounded to 53 bits. */
    private double rounded(int shift) {
        long mantissa = bits(shift);
        int half = shift - 1;
        boolean up = (digit(half >>> 5) >>> (half & 31) & 1) != 0;
        boolean tie = (digit(half >>> 5) & (1L << (half & 31)) - 1) == 0;
        for (int i = (half >>> 5) - 1; tie && i >= 0; i--) {
            tie = digit(i) == 0;
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
    private long bits(int from) {
        int digit = from >>> 5;
        int shift = from & 31;
        long bits = digit(digit) >>> shift | digit(digit + 1) << 32 - shift;
        if (shift != 0) {
            bits |= digit(digit + 2) << 64 - shift;
        }
        return bits & (FRACTION << 1 | 1);
    }
}
