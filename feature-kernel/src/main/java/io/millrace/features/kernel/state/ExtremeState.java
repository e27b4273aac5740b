package io.millrace.features.kernel.state;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import org.jspecify.annotations.Nullable;

/**
 * The smallest or the largest value of a field. Doubles are ordered as {@link Double#compare} orders them: −0 below 0, NaN above all, so that a
 * maximum over a NaN is NaN and a minimum is NaN only where nothing else was there.
 */
public final class ExtremeState implements AggregationState {
    private final boolean smallest;
    private boolean present;

    /** The value as a number whose order is that of the values. */
    private long ordinal;

    ExtremeState(boolean smallest) {
        this.smallest = smallest;
    }

    static ExtremeState read(boolean smallest, ByteReader in) {
        var state = new ExtremeState(smallest);
        state.present = in.octet() != 0;
        if (state.present) {
            state.ordinal = in.int64();
        }
        return state;
    }

    /** The value as the type of the field has it; null of no values. */
    public @Nullable FeatureValue value(ValueType type) {
        if (!present) {
            return null;
        }
        return switch (type) {
            case INT64 -> new FeatureValue.Int(ordinal);
            case TIMESTAMP -> new FeatureValue.Time(ordinal);
            case DOUBLE -> new FeatureValue.Real(Double.longBitsToDouble(flipped(ordinal)));
            case BOOL,
                    STRING,
                    BYTES,
                    BOOL_LIST,
                    INT64_LIST,
                    DOUBLE_LIST,
                    STRING_LIST,
                    BYTES_LIST,
                    TIMESTAMP_LIST,
                    INT64_MAP,
                    VECTOR -> throw new IllegalArgumentException("no extreme of " + type);
        };
    }

    @Override
    public void add(@Nullable FeatureValue value, boolean met, EventOrder order) {
        take(
                switch (value) {
                    case FeatureValue.Int(long number) -> number;
                    case FeatureValue.Time(long micros) -> micros;
                    case FeatureValue.Real(double real) -> flipped(Double.doubleToLongBits(real));
                    case null, default -> throw new IllegalArgumentException("no extreme of " + value);
                });
    }

    @Override
    public void merge(AggregationState other) {
        if (!(other instanceof ExtremeState extreme) || extreme.smallest != smallest) {
            throw AggregationState.mismatch(this, other);
        }
        if (extreme.present) {
            take(extreme.ordinal);
        }
    }

    @Override
    public void mergeWritten(ByteReader in, Fold fold) {
        if (in.octet() != 0) {
            take(in.int64());
        }
    }

    @Override
    public void write(ByteWriter out) {
        out.octet(present ? 1 : 0);
        if (present) {
            out.int64(ordinal);
        }
    }

    private void take(long candidate) {
        if (!present || (smallest ? candidate < ordinal : candidate > ordinal)) {
            ordinal = candidate;
            present = true;
        }
    }

    /** From the bits of a double to a number of the same order, and back. */
    private static long flipped(long bits) {
        return bits ^ (bits >> 63 & Long.MAX_VALUE);
    }
}
