package io.millrace.features.kernel.fold;

import io.millrace.features.kernel.state.AggregationState;
import io.millrace.features.kernel.state.Fold;
import io.millrace.features.kernel.state.Observation;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The states of the hop that is being filled: hop k of size h holds events with kh &lt; time ≤ (k+1)h. Not thread-safe. */
final class HopStates {
    private final long hopMicros;
    private final List<Fold> folds;
    private final int[] used;
    private @Nullable AggregationState[] states;
    private long number = Long.MIN_VALUE;
    private boolean empty = true;

    /**
     * @param hopMicros {@link Long#MAX_VALUE} for a hop without end
     * @param used the places of the folds that are needed
     */
    HopStates(long hopMicros, List<Fold> folds, Set<Integer> used) {
        this.hopMicros = hopMicros;
        this.folds = folds;
        this.used = used.stream().mapToInt(Integer::intValue).toArray();
        this.states = fresh();
    }

    long number() {
        return number;
    }

    boolean isEmpty() {
        return empty;
    }

    long numberOf(long timeMicros) {
        return hopMicros == Long.MAX_VALUE ? 0 : Math.floorDiv(timeMicros - 1, hopMicros);
    }

    void begin(long hopNumber) {
        number = hopNumber;
        if (!empty) {
            states = fresh();
            empty = true;
        }
    }

    void add(Observation event) {
        for (int fold : used) {
            AggregationState state = states[fold];
            if (state != null) {
                folds.get(fold).add(event, state);
            }
        }
        empty = false;
    }

    /** Gives the states away, by the place of their fold, and goes on with empty ones. */
    @Nullable
    AggregationState[] take() {
        @Nullable AggregationState[] taken = states;
        states = fresh();
        empty = true;
        return taken;
    }

    /** Merges one fold of this hop where it is not before the first that counts. */
    void mergeInto(int fold, AggregationState into, long firstNumber) {
        AggregationState state = states[fold];
        if (!empty && state != null && number >= firstNumber) {
            into.merge(state);
        }
    }

    private @Nullable AggregationState[] fresh() {
        return fresh(folds, used);
    }

    /** Empty states of some folds, by the place of their fold; null at the places of the others. */
    static @Nullable AggregationState[] fresh(List<Fold> folds, int[] used) {
        var fresh = new @Nullable AggregationState[folds.size()];
        for (int fold : used) {
            fresh[fold] = folds.get(fold).empty();
        }
        return fresh;
    }
}
