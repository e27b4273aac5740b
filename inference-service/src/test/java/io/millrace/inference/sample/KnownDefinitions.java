package io.millrace.inference.sample;

import io.millrace.inference.app.definition.Definitions;
import io.millrace.inference.domain.Definition;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Definitions that a test gives. */
public record KnownDefinitions(List<Definition> definitions) implements Definitions {
    public static final KnownDefinitions NONE = new KnownDefinitions(List.of());

    @Override
    public <D extends Definition> Map<String, D> all(Class<D> type) {
        var all = new TreeMap<String, D>();
        definitions.stream().filter(type::isInstance).map(type::cast).forEach(each -> all.put(each.name(), each));
        return all;
    }
}
