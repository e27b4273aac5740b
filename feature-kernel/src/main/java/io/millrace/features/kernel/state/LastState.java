package io.millrace.features.kernel.state;

import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.ValueEncoding;
import org.jspecify.annotations.Nullable;

/** The value of the newest event, or of the oldest, by {@link EventOrder}. */
public final class LastState implements AggregationState {
    private static final int NOTHING = 0;
    private static final int WITHOUT_CREATED = 1;
    private static final int WITH_CREATED = 2;

    private final boolean oldest;
    private @Nullable EventOrder found;
    private @Nullable FeatureValue value;

    LastState() {
        this(false);
    }

    /**
     * @param oldest whether it is the first value that counts, not the last
     */
    LastState(boolean oldest) {
        this.oldest = oldest;
    }

    static LastState read(ByteReader in) {
        return read(false, in);
    }

    static LastState read(boolean oldest, ByteReader in) {
        var state = new LastState(oldest);
        int form = in.octet();
        if (form != NOTHING) {
            long time = in.signed();
            long created = form == WITH_CREATED ? in.signed() : FeatureEvent.NO_CREATED;
            state.found = new EventOrder(time, created, in.text(), (int) in.signed(), in.signed());
            state.value = ValueEncoding.read(in);
        }
        return state;
    }

    /** Null of no values. */
    public @Nullable FeatureValue value() {
        return value;
    }

    @Override
    public void add(@Nullable FeatureValue candidate, boolean met, EventOrder order) {
        EventOrder before = found;
        if (before == null || (oldest ? order.compareTo(before) < 0 : order.compareTo(before) > 0)) {
            found = order;
            value = candidate;
        }
    }

    @Override
    public void merge(AggregationState other) {
        if (!(other instanceof LastState last) || last.oldest != oldest) {
            throw AggregationState.mismatch(this, other);
        }
        if (last.found != null) {
            add(last.value, true, last.found);
        }
    }

    /** Most are passed over once their time was read. */
    @Override
    public void mergeWritten(ByteReader in, Fold fold) {
        int form = in.octet();
        if (form == NOTHING) {
            return;
        }
        long time = in.signed();
        long created = form == WITH_CREATED ? in.signed() : FeatureEvent.NO_CREATED;
        EventOrder before = found;
        if (before != null && (oldest ? time > before.timeMicros() : time < before.timeMicros())) {
            in.skip(in.size());
            in.skipNumber();
            in.skipNumber();
            ValueEncoding.skip(in);
        } else {
            var order = new EventOrder(time, created, in.text(), (int) in.signed(), in.signed());
            add(ValueEncoding.read(in), true, order);
        }
    }

    /** Passes over a state that was written. */
    static void skip(ByteReader in) {
        int form = in.octet();
        if (form != NOTHING) {
            in.skipNumber();
            if (form == WITH_CREATED) {
                in.skipNumber();
            }
            in.skip(in.size());
            in.skipNumber();
            in.skipNumber();
            ValueEncoding.skip(in);
        }
    }

    @Override
    public void write(ByteWriter out) {
        EventOrder order = found;
        if (order == null) {
            out.octet(NOTHING);
        } else {
            out.octet(order.hasCreated() ? WITH_CREATED : WITHOUT_CREATED);
            out.signed(order.timeMicros());
            if (order.hasCreated()) {
                out.signed(order.createdMicros());
            }
            out.text(order.topicId());
            out.signed(order.partition());
            out.signed(order.offset());
            ValueEncoding.write(value, out);
        }
    }
}
