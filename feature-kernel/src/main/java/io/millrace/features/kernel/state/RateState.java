package io.millrace.features.kernel.state;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** How many events there were and how many of them met the condition. */
public final class RateState implements AggregationState {
    private long all;
    private long matching;

    static RateState read(ByteReader in) {
        var state = new RateState();
        state.all = in.unsigned();
        state.matching = in.unsigned();
        return state;
    }

    /** The share of the events that met the condition, from 0 to 1; empty where there was no event. */
    public OptionalDouble rate() {
        return all == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) matching / all);
    }

    @Override
    public void add(@Nullable FeatureValue value, boolean met, EventOrder order) {
        all++;
        if (met) {
            matching++;
        }
    }

    @Override
    public void merge(AggregationState other) {
        if (!(other instanceof RateState rated)) {
            throw AggregationState.mismatch(this, other);
        }
        all += rated.all;
        matching += rated.matching;
    }

    @Override
    public void mergeWritten(ByteReader in, Fold fold) {
        all += in.unsigned();
        matching += in.unsigned();
    }

    @Override
    public void write(ByteWriter out) {
        out.unsigned(all);
        out.unsigned(matching);
    }
}
