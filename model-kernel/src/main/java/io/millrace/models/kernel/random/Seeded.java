package io.millrace.models.kernel.random;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A stream of random numbers that follows from its seed, to the bit on every machine: SplitMix64 (Steele, Lea and Flood, "Fast splittable
 * pseudorandom number generators", OOPSLA 2014; the constants are theirs). Its whole state is one long, so that a restored one goes on where the
 * written one was. Not for secrets. For one thread.
 */
public final class Seeded {
    private static final byte VERSION = 1;
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;
    private static final double UNIT = 0x1.0p-53;

    /** Up to here Knuth's method needs at most some forty draws; above it a sum of smaller ones is drawn. */
    private static final double LARGEST_KNUTH_MEAN = 16;

    private long state;

    public Seeded(long seed) {
        this.state = seed;
    }

    /** The next 64 bits. */
    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mixed(state);
    }

    /** Uniform in [0, 1), a multiple of 2⁻⁵³. */
    public double uniform() {
        return (nextLong() >>> 11) * UNIT;
    }

    /**
     * Uniform in [0, bound), without bias (Lemire 2019, "Fast random integer generation in an interval").
     *
     * @param bound at least 1
     */
    public int below(int bound) {
        if (bound < 1) throw new IllegalArgumentException("bound must be at least 1, was " + bound);
        long product = (nextLong() >>> 32) * bound;
        if ((product & 0xffffffffL) < bound) {
            long threshold = (1L << 32) % bound;
            while ((product & 0xffffffffL) < threshold) product = (nextLong() >>> 32) * bound;
        }
        return (int) (product >>> 32);
    }

    /** Normal with mean 0 and variance 1, by Marsaglia's polar method; the second value of a pair is dropped, so that there is no state beside the long. */
    public double gaussian() {
        while (true) {
            double u = 2 * uniform() - 1;
            double v = 2 * uniform() - 1;
            double s = u * u + v * v;
            if (s > 0 && s < 1) return u * Math.sqrt(-2 * StrictMath.log(s) / s);
        }
    }

    /**
     * Poisson, by Knuth's product of uniforms (The Art of Computer Programming 2, 3.4.1).
     *
     * @param mean 0 to 1000: the time grows with it
     */
    public int poisson(double mean) {
        if (!(mean >= 0 && mean <= 1000)) throw new IllegalArgumentException("mean must be 0 to 1000, was " + mean);
        int sum = 0;
        double rest = mean;
        for (; rest > LARGEST_KNUTH_MEAN; rest -= LARGEST_KNUTH_MEAN) sum += knuth(LARGEST_KNUTH_MEAN);
        return sum + knuth(rest);
    }

    private int knuth(double mean) {
        double limit = StrictMath.exp(-mean);
        int count = 0;
        for (double product = uniform(); product > limit; product *= uniform()) count++;
        return count;
    }

    /** A stream of its own for a part: it follows from this one's state, which moves on by one draw. */
    public Seeded split() {
        return new Seeded(mixed(nextLong() ^ GOLDEN_GAMMA));
    }

    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeLong(state);
    }

    public static Seeded read(DataInput in) throws IOException {
        byte version = in.readByte();
        if (version != VERSION) throw new IOException("random state of version " + version + " is not known");
        return new Seeded(in.readLong());
    }

    private static long mixed(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
