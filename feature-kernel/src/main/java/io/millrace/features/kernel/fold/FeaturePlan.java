package io.millrace.features.kernel.fold;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView.Aggregate;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.state.AggregationState;
import io.millrace.features.kernel.state.CountState;
import io.millrace.features.kernel.state.ExtremeState;
import io.millrace.features.kernel.state.IntSumState;
import io.millrace.features.kernel.state.LastState;
import io.millrace.features.kernel.state.RateState;
import io.millrace.features.kernel.state.RealSumState;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** How one feature's value comes about. */
sealed interface FeaturePlan {
    /** The field of the newest event. */
    record Newest(int field) implements FeaturePlan {}

    /** What a fold over a window says. */
    record Windowed(int window, int fold, Aggregate aggregate, ValueType type) implements FeaturePlan {
        /** The value that a state stands for: 0 of no events for a count or a sum, null of no values for the others and for a sum beyond 64 bits. */
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
            };
        }

        private static @Nullable FeatureValue real(OptionalDouble value) {
            return value.isPresent() ? new FeatureValue.Real(value.getAsDouble()) : null;
        }

        private static @Nullable FeatureValue whole(OptionalLong value) {
            return value.isPresent() ? new FeatureValue.Int(value.getAsLong()) : null;
        }
    }
}
