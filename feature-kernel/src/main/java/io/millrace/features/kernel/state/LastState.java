package io.millrace.features.kernel.state;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.ValueEncoding;
import org.jspecify.annotations.Nullable;

/** The value of the newest event, by event time and then by position. */
public final class LastState implements AggregationState {
    private @Nullable EventOrder newest;
    private @Nullable FeatureValue value;

    static LastState read(ByteReader in) {
        var state = new LastState();
        if (in.octet() != 0) {
            state.newest = new EventOrder(in.signed(), in.text(), (int) in.signed(), in.signed());
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
        out.octet(order == null ? 0 : 1);
        if (order != null) {
            out.signed(order.timeMicros());
            out.text(order.topicId());
            out.signed(order.partition());
            out.signed(order.offset());
            ValueEncoding.write(value, out);
        }
    }
}
