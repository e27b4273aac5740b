package io.millrace.features.kernel.state;

import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.ValueEncoding;
import org.jspecify.annotations.Nullable;

/** The value of the newest event, by event time and then by position. */
public final class LastState implements AggregationState {
    private static final int NOTHING = 0;
    private static final int WITHOUT_CREATED = 1;
    private static final int WITH_CREATED = 2;

    private @Nullable EventOrder newest;
    private @Nullable FeatureValue value;

    static LastState read(ByteReader in) {
        var state = new LastState();
        int form = in.octet();
        if (form != NOTHING) {
            long time = in.signed();
            long created = form == WITH_CREATED ? in.signed() : FeatureEvent.NO_CREATED;
            state.newest = new EventOrder(time, created, in.text(), (int) in.signed(), in.signed());
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
        if (newest == null || order.compareTo(newest) > 0) {
            newest = order;
            value = candidate;
        }
    }

    @Override
    public void merge(AggregationState other) {
        if (!(other instanceof LastState last)) {
            throw AggregationState.mismatch(this, other);
        }
        if (last.newest != null) {
            add(last.value, true, last.newest);
        }
    }

    @Override
    public void write(ByteWriter out) {
        EventOrder order = newest;
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
