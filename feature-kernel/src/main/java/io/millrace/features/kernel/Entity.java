package io.millrace.features.kernel;

import io.millrace.features.kernel.FeatureView.EventField;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What features are about, such as a user or an airport; views name it and take its join keys.
 *
 * @param joinKeys names and types, in their order
 * @param yaml the definition as its author wrote it
 */
public record Entity(
        String name,
        String description,
        String owner,
        Map<String, String> tags,
        List<EventField> joinKeys,
        String yaml) {
    public Entity {
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
        joinKeys = List.copyOf(joinKeys);
    }
}
