package io.millrace.features.kernel.state;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.encoding.ByteReader;
import java.util.OptionalInt;

/**
 * One fold of a view: what it folds, and which events. Features that differ only in their window share one, and so do those that differ in how much is kept.
 *
 * @param field the folded field's place among the view's event fields; nulls of it are left out. Empty for a fold over all events
 * @param condition the place of its condition among the view's conditions; empty for all events
 * @param limit how many values or categories its state keeps; 0 where that is not declared
 */
public record Fold(Kind kind, OptionalInt field, OptionalInt condition, int limit) {
    /** The kinds of state. A sum and a mean of one field share one, and so do all quantiles of a field. */
    public enum Kind {
        COUNT,
        RATE,
        REAL_SUM,
        INT_SUM,
        MOMENTS,
        MIN,
        MAX,
        FIRST,
        LAST,
        FIRST_K,
        LAST_K,
        DISTINCT,
        QUANTILES,
        CATEGORIES
    }

    /** The same with room for another number of values or categories. */
    public Fold withLimit(int other) {
        return new Fold(kind, field, condition, other);
    }

    /** The state that has seen nothing. */
    public AggregationState empty() {
        return switch (kind) {
            case COUNT -> new CountState();
            case RATE -> new RateState();
            case REAL_SUM -> new RealSumState();
            case INT_SUM -> new IntSumState();
            case MOMENTS -> new MomentsState();
            case MIN -> new ExtremeState(true);
            case MAX -> new ExtremeState(false);
            case FIRST -> new LastState(true);
            case LAST -> new LastState(false);
            case FIRST_K -> new ListState(true, limit);
            case LAST_K -> new ListState(false, limit);
            case DISTINCT -> new DistinctState();
            case QUANTILES -> new QuantileState();
            case CATEGORIES -> new CategoryState(limit);
        };
    }

    /** A state of this fold as {@link AggregationState#write} wrote it. */
    public AggregationState read(ByteReader in) {
        return switch (kind) {
            case COUNT -> CountState.read(in);
            case RATE -> RateState.read(in);
            case REAL_SUM -> RealSumState.read(in);
            case INT_SUM -> IntSumState.read(in);
            case MOMENTS -> MomentsState.read(in);
            case MIN -> ExtremeState.read(true, in);
            case MAX -> ExtremeState.read(false, in);
            case FIRST -> LastState.read(true, in);
            case LAST -> LastState.read(false, in);
            case FIRST_K -> ListState.read(true, limit, in);
            case LAST_K -> ListState.read(false, limit, in);
            case DISTINCT -> DistinctState.read(in);
            case QUANTILES -> QuantileState.read(in);
            case CATEGORIES -> CategoryState.read(limit, in);
        };
    }

    /** Passes over a state of this fold that was written. */
    public void skip(ByteReader in) {
        switch (kind) {
            case COUNT -> in.skipNumber();
            case RATE -> {
                in.skipNumber();
                in.skipNumber();
            }
            case INT_SUM -> {
                in.skipNumber();
                in.skipNumber();
                in.skipNumber();
            }
            case MIN, MAX -> in.skip(in.octet() == 0 ? 0 : Long.BYTES);
            case FIRST, LAST -> LastState.skip(in);
            case REAL_SUM -> RealSumState.skip(in);
            case MOMENTS, FIRST_K, LAST_K, DISTINCT, QUANTILES, CATEGORIES -> read(in);
        }
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
