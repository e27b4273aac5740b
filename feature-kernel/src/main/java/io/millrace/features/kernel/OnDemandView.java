package io.millrace.features.kernel;

import io.millrace.features.kernel.FeatureView.EventField;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Features that are computed when they are read, of other features and of what the caller brings.
 *
 * @param inputs other features, and the names that they have in the expressions
 * @param request what the caller brings, by name and type
 * @param yaml the definition as its author wrote it
 */
public record OnDemandView(
        ViewId id,
        String description,
        String owner,
        Map<String, String> tags,
        List<Input> inputs,
        List<EventField> request,
        List<Computed> features,
        String yaml)
        implements NamedView {
    public OnDemandView {
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
        inputs = List.copyOf(inputs);
        request = List.copyOf(request);
        features = List.copyOf(features);
    }

    /** A feature by the name that it has in the expressions. */
    public record Input(String name, FeatureName feature) {}

    /**
     * A computed feature.
     *
     * @param expression CEL over the inputs and the request's fields
     */
    public record Computed(String name, ValueType type, String expression) {}
}
