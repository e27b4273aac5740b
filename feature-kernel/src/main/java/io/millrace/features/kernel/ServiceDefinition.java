package io.millrace.features.kernel;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A feature service: the features that a model asks for, under one name.
 *
 * @param id the version is empty where the definition has none; such a service may change
 * @param features {@code view:feature}, {@code view@version:feature}, or a view alone for all that it has, in order
 * @param yaml the definition as its author wrote it
 */
public record ServiceDefinition(
        ViewId id, String description, String owner, Map<String, String> tags, List<String> features, String yaml) {
    public ServiceDefinition {
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
        features = List.copyOf(features);
    }
}
