package io.millrace.features.kernel.state;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.EncodingException;
import io.millrace.features.kernel.encoding.ValueEncoding;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How many different values there were. Up to {@value #EXACT} of them their hashes of 64 bits are kept and the count is exact (two values of one hash aside: less than
 * once in 10^14 such states); above, 4,096 registers of a HyperLogLog give it with a standard error of 1.6 %. The estimate follows from the registers alone (O.
 * Ertl, New cardinality estimation algorithms for HyperLogLog sketches, 2017, algorithm 6), never from the order in which values came.
 */
public final class DistinctState implements AggregationState {
    /** Different values that are counted exactly. */
    public static final int EXACT = 256;

    private static final int HASHES = 0;
    private static final int FEW_REGISTERS = 1;
    private static final int ALL_REGISTERS = 2;
    private static final int PRECISION = 12;
    private static final int REGISTERS = 1 << PRECISION;
    private static final int HIGHEST_RANK = 64 - PRECISION + 1;

    /** Where fewer registers than this are in use, each is written with its place. */
    private static final int FEW = 1_536;

    /** In ascending order, the first {@link #size} of them. */
    private long[] hashes = {};

    private int size;
    private byte @Nullable [] registers;

    static DistinctState read(ByteReader in) {
        var state = new DistinctState();
        switch (in.octet()) {
            case HASHES -> {
                state.size = in.size();
                if (state.size > EXACT) {
                    throw new EncodingException("a set of " + state.size + " hashes");
                }
                state.hashes = new long[state.size];
                for (int i = 0; i < state.size; i++) {
                    state.hashes[i] = in.int64();
                }
            }
            case FEW_REGISTERS -> {
                byte[] registers = new byte[REGISTERS];
                long at = -1;
                for (int left = in.size(); left > 0; left--) {
                    at += in.unsigned() + 1;
                    registers[place(at)] = rank(in.octet());
                }
                state.registers = registers;
            }
            case ALL_REGISTERS -> state.registers = unpacked(in);
            default -> throw new EncodingException("no form of a distinct count");
        }
        return state;
    }

    private static int place(long at) {
        if (at < 0 || at >= REGISTERS) {
            throw new EncodingException("register " + at + " of " + REGISTERS);
        }
        return (int) at;
    }

    private static byte rank(int rank) {
        if (rank > HIGHEST_RANK) {
            throw new EncodingException("a register of " + rank);
        }
        return (byte) rank;
    }

    /** How many different values there were, to the nearest whole number. */
    public long count() {
        byte[] used = registers;
        return used == null ? size : Math.round(estimate(used));
    }

    @Override
    public void add(@Nullable FeatureValue value, boolean met, EventOrder order) {
        var out = new ByteWriter();
        ValueEncoding.write(value instanceof FeatureValue.Real(double real) ? positiveZero(real) : value, out);
        add(Hash64.of(out.toBytes()));
    }

    /** Of 0 and −0 the one that equals both. */
    private static FeatureValue positiveZero(double real) {
        return new FeatureValue.Real(real + 0.0);
    }

    private void add(long hash) {
        byte[] used = registers;
        if (used != null) {
            register(used, hash);
            return;
        }
        int at = Arrays.binarySearch(hashes, 0, size, hash);
        if (at >= 0) {
            return;
        }
        if (size == EXACT) {
            register(switchToRegisters(), hash);
            return;
        }
        if (size == hashes.length) {
            hashes = Arrays.copyOf(hashes, Math.min(EXACT, Math.max(4, size * 2)));
        }
        int into = -at - 1;
        System.arraycopy(hashes, into, hashes, into + 1, size - into);
        hashes[into] = hash;
        size++;
    }

    private byte[] switchToRegisters() {
        byte[] fresh = new byte[REGISTERS];
        for (int i = 0; i < size; i++) {
            register(fresh, hashes[i]);
        }
        hashes = new long[0];
        size = 0;
        registers = fresh;
        return fresh;
    }

    private static void register(byte[] registers, long hash) {
        int place = (int) (hash >>> 64 - PRECISION);
        int rank = Math.min(HIGHEST_RANK, Long.numberOfLeadingZeros(hash << PRECISION) + 1);
        if (rank > registers[place]) {
            registers[place] = (byte) rank;
        }
    }

    @Override
    public void merge(AggregationState other) {
        if (!(other instanceof DistinctState distinct)) {
            throw AggregationState.mismatch(this, other);
        }
        byte[] theirs = distinct.registers;
        if (theirs == null) {
            for (int i = 0; i < distinct.size; i++) {
                add(distinct.hashes[i]);
            }
            return;
        }
        byte[] mine = registers == null ? switchToRegisters() : registers;
        for (int i = 0; i < REGISTERS; i++) {
            if (theirs[i] > mine[i]) {
                mine[i] = theirs[i];
            }
        }
    }

    @Override
    public void write(ByteWriter out) {
        byte[] used = registers;
        if (used == null) {
            out.octet(HASHES);
            out.unsigned(size);
            for (int i = 0; i < size; i++) {
                out.int64(hashes[i]);
            }
            return;
        }
        int inUse = 0;
        for (byte register : used) {
            inUse += register == 0 ? 0 : 1;
        }
        if (inUse >= FEW) {
            out.octet(ALL_REGISTERS);
            pack(used, out);
            return;
        }
        out.octet(FEW_REGISTERS);
        out.unsigned(inUse);
        int before = -1;
        for (int i = 0; i < REGISTERS; i++) {
            if (used[i] != 0) {
                out.unsigned(i - before - 1);
                out.octet(used[i]);
                before = i;
            }
        }
    }

    /** Six bits for each register, four registers in three bytes. */
    private static void pack(byte[] registers, ByteWriter out) {
        for (int i = 0; i < REGISTERS; i += 4) {
            int four = registers[i] << 18 | registers[i + 1] << 12 | registers[i + 2] << 6 | registers[i + 3];
            out.octet(four >>> 16);
            out.octet(four >>> 8);
            out.octet(four);
        }
    }

    private static byte[] unpacked(ByteReader in) {
        byte[] registers = new byte[REGISTERS];
        for (int i = 0; i < REGISTERS; i += 4) {
            int four = in.octet() << 16 | in.octet() << 8 | in.octet();
            for (int j = 0; j < 4; j++) {
                registers[i + j] = rank(four >>> 18 - 6 * j & 0x3f);
            }
        }
        return registers;
    }

    private static double estimate(byte[] registers) {
        int[] ofRank = new int[HIGHEST_RANK + 1];
        for (byte register : registers) {
            ofRank[register]++;
        }
        double z = REGISTERS * tau(1 - ofRank[HIGHEST_RANK] / (double) REGISTERS);
        for (int rank = HIGHEST_RANK - 1; rank >= 1; rank--) {
            z = 0.5 * (z + ofRank[rank]);
        }
        z += REGISTERS * sigma(ofRank[0] / (double) REGISTERS);
        return REGISTERS / (2 * StrictMath.log(2)) * REGISTERS / z;
    }

    private static double sigma(double share) {
        if (share == 1) {
            return Double.POSITIVE_INFINITY;
        }
        double x = share;
        double y = 1;
        double z = x;
        double before;
        do {
            x *= x;
            before = z;
            z += x * y;
            y += y;
        } while (z != before);
        return z;
    }

    private static double tau(double share) {
        if (share == 0 || share == 1) {
            return 0;
        }
        double x = share;
        double y = 1;
        double z = 1 - x;
        double before;
        do {
            x = Math.sqrt(x);
            before = z;
            y *= 0.5;
            z -= (1 - x) * (1 - x) * y;
        } while (z != before);
        return z / 3;
    }
}
