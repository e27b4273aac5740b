package io.millrace.features.app;

import io.millrace.features.domain.VectorFilter;
import io.millrace.features.domain.VectorFilter.Bound;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.gate.Refusal;
import java.util.List;
import java.util.Optional;

/** Comparisons as callers write them, as filters. */
public final class VectorFilters {
    private VectorFilters() {}

    /** How a feature is compared. */
    public enum Operator {
        EQUAL,
        NOT_EQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL,
        IN,
        NOT_IN
    }

    /** @throws Refusal where the operator takes another number of values */
    public static VectorFilter comparison(String feature, Operator operator, List<FeatureValue> values) {
        return switch (operator) {
            case IN -> new VectorFilter.OneOf(feature, values);
            case NOT_IN -> new VectorFilter.Not(new VectorFilter.OneOf(feature, values));
            case EQUAL -> new VectorFilter.Equal(feature, only(feature, values));
            case NOT_EQUAL -> new VectorFilter.Not(new VectorFilter.Equal(feature, only(feature, values)));
            case LESS -> new VectorFilter.Between(feature, Optional.empty(), bound(feature, values, false));
            case LESS_OR_EQUAL -> new VectorFilter.Between(feature, Optional.empty(), bound(feature, values, true));
            case GREATER -> new VectorFilter.Between(feature, bound(feature, values, false), Optional.empty());
            case GREATER_OR_EQUAL -> new VectorFilter.Between(feature, bound(feature, values, true), Optional.empty());
        };
    }

    private static Optional<Bound> bound(String feature, List<FeatureValue> values, boolean inclusive) {
        return Optional.of(new Bound(only(feature, values), inclusive));
    }

    private static FeatureValue only(String feature, List<FeatureValue> values) {
        if (values.size() != 1) {
            throw new Refusal(
                    FeatureReason.WRONG_FILTER,
                    "the comparison of '" + feature + "' needs one value, has " + values.size());
        }
        return values.getFirst();
    }
}
