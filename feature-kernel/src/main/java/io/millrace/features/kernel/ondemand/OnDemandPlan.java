package io.millrace.features.kernel.ondemand;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.condition.Expression;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How to compute the on-demand features of one request from features that are kept and from request data. Thread-safe; the one place where on-demand
 * features are computed, online and offline alike.
 *
 * @param kept the kept features that are needed, each once: the first values of {@link #compute}
 * @param request the request data that is needed, each name and type once: the values behind
 * @param outputs one per feature that is asked for, in that order
 */
public record OnDemandPlan(List<Kept> kept, List<EventField> request, List<Output> outputs, List<Step> steps) {
    /** A kept feature: its view, and its place there. */
    public record Kept(FeatureView view, int feature) {}

    /**
     * A computed feature.
     *
     * @param slot where its value is among those that {@link #compute} works on
     * @param kept places in {@link OnDemandPlan#kept} of what it depends on, directly or through other computed features
     */
    public record Output(int slot, ValueType type, List<Integer> kept) {
        public Output {
            kept = List.copyOf(kept);
        }
    }

    /** One expression: where its arguments are. Its result follows behind all that was there before. */
    record Step(Expression expression, List<Integer> arguments) {
        Step {
            arguments = List.copyOf(arguments);
        }
    }

    public OnDemandPlan {
        kept = List.copyOf(kept);
        request = List.copyOf(request);
        outputs = List.copyOf(outputs);
        steps = List.copyOf(steps);
    }

    /** Whether nothing is to be computed. */
    public boolean isEmpty() {
        return outputs.isEmpty();
    }

    /**
     * The computed features of one row, in the order of {@link #outputs}; null where one cannot be computed.
     *
     * @param given the values of {@link #kept}, then those of {@link #request}, in the types that are declared
     */
    public List<@Nullable FeatureValue> compute(List<@Nullable FeatureValue> given) {
        if (given.size() != kept.size() + request.size()) {
            throw new IllegalArgumentException(
                    given.size() + " values are given, " + (kept.size() + request.size()) + " are needed");
        }
        var slots = new ArrayList<@Nullable FeatureValue>(given.size() + steps.size());
        slots.addAll(given);
        for (Step step : steps) {
            var arguments =
                    new ArrayList<@Nullable FeatureValue>(step.arguments().size());
            step.arguments().forEach(slot -> arguments.add(slots.get(slot)));
            slots.add(step.expression().evaluate(arguments));
        }
        var computed = new ArrayList<@Nullable FeatureValue>(outputs.size());
        outputs.forEach(output -> computed.add(slots.get(output.slot())));
        return computed;
    }
}
