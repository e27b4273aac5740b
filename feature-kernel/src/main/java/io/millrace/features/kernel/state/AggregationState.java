package io.millrace.features.kernel.state;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import org.jspecify.annotations.Nullable;

/**
 * What a fold remembers of the events it has seen. The same events give the same state, to the bit of its encoding, whatever their order and however
 * they were grouped before they were merged. Mutable, not thread-safe.
 */
public sealed interface AggregationState
        permits CountState,
                RateState,
                RealSumState,
                IntSumState,
                MomentsState,
                ExtremeState,
                LastState,
                ListState,
                DistinctState,
                QuantileState,
                CategoryState {
    /**
     * Folds an event.
     *
     * @param value the folded field; null only where the fold has none
     * @param met whether the event meets the fold's condition; only a rate folds events that do not
     */
    void add(@Nullable FeatureValue value, boolean met, EventOrder order);

    /**
     * Folds all that another state of the same fold has seen. The other one stays as it is.
     *
     * @throws IllegalArgumentException where it is the state of another fold
     */
    void merge(AggregationState other);

    /**
     * Folds all that a state of the same fold has seen that was written: what {@link #merge} of it would do.
     *
     * @param fold the fold of both
     */
    default void mergeWritten(ByteReader in, Fold fold) {
        merge(fold.read(in));
    }

    void write(ByteWriter out);

    /** Whether there was more than the state can hold, so that its value is null. */
    default boolean overflowed() {
        return false;
    }

    /** The refusal of a state of another kind. */
    static IllegalArgumentException mismatch(AggregationState mine, AggregationState other) {
        return new IllegalArgumentException("cannot merge " + other.getClass().getSimpleName() + " into "
                + mine.getClass().getSimpleName());
    }
}
