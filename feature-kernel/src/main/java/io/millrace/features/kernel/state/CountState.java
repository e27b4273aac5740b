package io.millrace.features.kernel.state;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import org.jspecify.annotations.Nullable;

/** How many events there were. */
public final class CountState implements AggregationState {
    private long count;

    static CountState read(ByteReader in) {
        var state = new CountState();
        state.count = in.unsigned();
        return state;
    }

    public long count() {
        return count;
    }

    @Override
    public void add(@Nullable FeatureValue value, boolean met, EventOrder order) {
        count++;
    }

    @Override
    public void merge(AggregationState other) {
        if (!(other instanceof CountState counted)) {
            throw AggregationState.mismatch(this, other);
        }
        count += counted.count;
    }

    @Override
    public void mergeWritten(ByteReader in, Fold fold) {
        count += in.unsigned();
    }

    @Override
    public void write(ByteWriter out) {
        out.unsigned(count);
    }
}
