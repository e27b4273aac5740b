package io.millrace.features.kernel.state;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.encoding.ByteReader;
import java.util.OptionalInt;

/**
 * One fold of a view: what it folds, and which events. Features that differ only in their window share one.
 *
 * @param field the folded field's place among the view's event fields; nulls of it are left out. Empty for a fold over all events
 * @param condition the place of its condition among the view's conditions; empty for all events
 */
public record Fold(Kind kind, OptionalInt field, OptionalInt condition) {
    /** The kinds of state. A sum and a mean of one field share one. */
    public enum Kind {
        COUNT,
        RATE,
        REAL_SUM,
        INT_SUM,
        MIN,
        MAX,
        LAST
    }

    /** The state that has seen nothing. */
    public AggregationState empty() {
        return switch (kind) {
            case COUNT -> new CountState();
            case RATE -> new RateState();
            case REAL_SUM -> new RealSumState();
            case INT_SUM -> new IntSumState();
            case MIN -> new ExtremeState(true);
            case MAX -> new ExtremeState(false);
            case LAST -> new LastState();
        };
    }

    /** A state of this fold as {@link AggregationState#write} wrote it. */
    public AggregationState read(ByteReader in) {
        return switch (kind) {
            case COUNT -> CountState.read(in);
            case RATE -> RateState.read(in);
            case REAL_SUM -> RealSumState.read(in);
            case INT_SUM -> IntSumState.read(in);
            case MIN -> ExtremeState.read(true, in);
            case MAX -> ExtremeState.read(false, in);
            case LAST -> LastState.read(in);
        };
    }

    /** Folds an event into a state of this fold, where it is one of the fold's events. */
    public void add(Observation event, AggregationState state) {
        boolean met = condition.isEmpty() || event.meets(condition.getAsInt());
        if (!met && kind != Kind.RATE) {
            return;
        }
        FeatureValue value = field.isEmpty() ? null : event.fields().get(field.getAsInt());
        if (field.isPresent() && value == null) {
            return;
        }
        state.add(value, met, event.order());
    }
}
