package io.millrace.inference.app.definition;

import io.millrace.inference.domain.Definition;
import java.util.Map;
import java.util.Optional;

/** Definitions of all kinds as they are applied, or as they will be once what is planned is applied. */
public interface Definitions {
    /** Those of a kind by name. */
    <D extends Definition> Map<String, D> all(Class<D> type);

    default <D extends Definition> Optional<D> find(Class<D> type, String name) {
        return Optional.ofNullable(all(type).get(name));
    }
}
