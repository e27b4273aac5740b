package io.millrace.features.kernel.fold;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView.Aggregate;
import io.millrace.features.kernel.FeatureView.Parameters;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.state.AggregationState;
import io.millrace.features.kernel.state.CategoryState;
import io.millrace.features.kernel.state.CountState;
import io.millrace.features.kernel.state.DistinctState;
import io.millrace.features.kernel.state.ExtremeState;
import io.millrace.features.kernel.state.IntSumState;
import io.millrace.features.kernel.state.LastState;
import io.millrace.features.kernel.state.ListState;
import io.millrace.features.kernel.state.MomentsState;
import io.millrace.features.kernel.state.QuantileState;
import io.millrace.features.kernel.state.RateState;
import io.millrace.features.kernel.state.RealSumState;
import java.util.ArrayList;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** How one feature's value comes about. */
sealed interface FeaturePlan {
    /** The field of the newest event. */
    record Newest(int field) implements FeaturePlan {}

    /** What a fold over a window says. */
    record Windowed(int window, int fold, Aggregate aggregate, ValueType type, Parameters parameters)
            implements FeaturePlan {
        /**
         * The value that a state stands for: of no values 0 for counts and sums, an empty list or map where it is one, else null; null for a state that has
         * overflowed.
         */
        @Nullable
        FeatureValue value(AggregationState state) {
            boolean mean = aggregate == Aggregate.MEAN;
            return switch (state) {
                case CountState counted -> new FeatureValue.Int(counted.count());
                case RateState rated -> real(rated.rate());
                case RealSumState summed -> mean ? real(summed.mean()) : new FeatureValue.Real(summed.sum());
                case IntSumState summed -> mean ? real(summed.mean()) : whole(summed.sum());
                case ExtremeState extreme -> extreme.value(type);
                case LastState last -> last.value();
                case MomentsState moments -> {
                    boolean population = parameters.population();
                    yield real(
                            aggregate == Aggregate.STDDEV
                                    ? moments.deviation(population)
                                    : moments.variance(population));
                }
                case ListState list -> list.value(parameters.k());
                case DistinctState distinct -> new FeatureValue.Int(distinct.count());
                case QuantileState quantiles ->
                    type == ValueType.DOUBLE_LIST
                            ? all(quantiles)
                            : real(quantiles.quantile(parameters.quantiles().getFirst()));
                case CategoryState categories -> {
                    ValueType of = type.element().orElse(ValueType.STRING);
                    yield aggregate == Aggregate.TOP_K
                            ? categories.top(parameters.k(), parameters.categories(), of)
                            : categories.histogram(parameters.categories());
                }
            };
        }

        private @Nullable FeatureValue all(QuantileState state) {
            var values = new ArrayList<FeatureValue>(parameters.quantiles().size());
            for (double q : parameters.quantiles()) {
                FeatureValue value = real(state.quantile(q));
                if (value == null) {
                    return null;
                }
                values.add(value);
            }
            return new FeatureValue.Many(values);
        }

        private static @Nullable FeatureValue real(OptionalDouble value) {
            return value.isPresent() ? new FeatureValue.Real(value.getAsDouble()) : null;
        }

        private static @Nullable FeatureValue whole(OptionalLong value) {
            return value.isPresent() ? new FeatureValue.Int(value.getAsLong()) : null;
        }
    }
}
