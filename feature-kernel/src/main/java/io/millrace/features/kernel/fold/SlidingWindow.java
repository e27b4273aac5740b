package io.millrace.features.kernel.fold;

import io.millrace.features.kernel.state.AggregationState;
import io.millrace.features.kernel.state.Fold;
import io.millrace.features.kernel.window.Window;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The hops of one window that have passed, as a queue of two stacks: those that came in since the last turn with the state of them all, and before them the older ones, each with the
 * state of itself and all behind it up to the turn. Whatever the window's length, its state is that of two merges, and each hop is merged at most three times until it leaves. Not
 * thread-safe.
 */
final class SlidingWindow {
    private final Window window;
    private final List<Fold> folds;
    private final int[] used;
    private final ArrayDeque<Hop> older = new ArrayDeque<>();
    private final ArrayDeque<Hop> recent = new ArrayDeque<>();
    private @Nullable AggregationState[] sinceTurn;

    /** A hop and its states by the place of their fold. */
    private record Hop(long number, @Nullable AggregationState[] states) {}

    SlidingWindow(Window window, List<Fold> folds, Set<Integer> used) {
        this.window = window;
        this.folds = folds;
        this.used = used.stream().mapToInt(Integer::intValue).toArray();
        this.sinceTurn = fresh();
    }

    /** The number of the oldest hop that counts at an instant. */
    long firstNumber(long asOfMicros) {
        return window.isUnbounded() ? Long.MIN_VALUE : Math.floorDiv(window.tailAt(asOfMicros), window.hopMicros());
    }

    /** Adds a hop that has passed. Its states are shared: nobody changes them from now on. */
    void push(long number, @Nullable AggregationState[] states) {
        recent.addLast(new Hop(number, states));
        mergeAll(states, sinceTurn);
    }

    /** Forgets the hops that do not count at an instant nor at any later one. */
    void forgetBefore(long asOfMicros) {
        long first = firstNumber(asOfMicros);
        while (!older.isEmpty() && older.getFirst().number() < first) {
            older.removeFirst();
        }
        if (!older.isEmpty() || recent.isEmpty() || recent.getFirst().number() >= first) {
            return;
        }
        while (!recent.isEmpty() && recent.getFirst().number() < first) {
            recent.removeFirst();
        }
        turn();
    }

    private void turn() {
        @Nullable AggregationState[] behind = null;
        while (!recent.isEmpty()) {
            Hop hop = recent.removeLast();
            @Nullable AggregationState[] states = fresh();
            mergeAll(hop.states(), states);
            if (behind != null) {
                mergeAll(behind, states);
            }
            older.addFirst(new Hop(hop.number(), states));
            behind = states;
        }
        sinceTurn = fresh();
    }

    /** Merges one fold of all hops. */
    void mergeInto(int fold, AggregationState into) {
        AggregationState recently = sinceTurn[fold];
        if (!older.isEmpty()) {
            AggregationState before = older.getFirst().states()[fold];
            if (before != null) {
                into.merge(before);
            }
        }
        if (!recent.isEmpty() && recently != null) {
            into.merge(recently);
        }
    }

    void clear() {
        older.clear();
        if (!recent.isEmpty()) {
            recent.clear();
        }
        sinceTurn = fresh();
    }

    private void mergeAll(@Nullable AggregationState[] from, @Nullable AggregationState[] into) {
        for (int fold : used) {
            AggregationState target = into[fold];
            AggregationState source = from[fold];
            if (target != null && source != null) {
                target.merge(source);
            }
        }
    }

    private @Nullable AggregationState[] fresh() {
        return HopStates.fresh(folds, used);
    }
}
