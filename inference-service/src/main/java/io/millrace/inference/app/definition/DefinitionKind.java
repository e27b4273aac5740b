package io.millrace.inference.app.definition;

import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.Place;
import io.millrace.features.kernel.definition.SchemaFiles;
import io.millrace.inference.domain.Definition;
import io.millrace.inference.domain.ServedFeatures;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A kind of definition: how it is read, what it is held against and where it is kept. A bean of this type is all that a further kind needs to be
 * applied and planned with the others.
 */
public interface DefinitionKind<D extends Definition> {
    /** As definitions write it under {@code kind}, such as {@code Pipeline}. */
    String kind();

    Class<D> type();

    /** Most definitions of this kind that there can be. */
    default int max() {
        return 1_000;
    }

    /** Where the definition of this name is kept in the log. What stands behind an {@code @} there is kept beside it and goes with it. */
    default String key(String name) {
        return kind() + "/" + name;
    }

    /**
     * Reads a document; what is wrong becomes faults of it. {@code kind} has been read, unknown keys are to be refused.
     *
     * @param yaml the document's own text
     */
    D read(MapNode root, String yaml);

    /** The same for a kind whose documents may name schema files beside them. */
    default D read(MapNode root, String yaml, SchemaFiles schemas) {
        return read(root, yaml);
    }

    /** In which fields two definitions of one name differ, as paths of the document; empty where at most comments and the order of keys do. */
    List<String> differences(D before, D after);

    /** Adds a field's name where what it says differs. */
    static void compare(List<String> fields, String name, Object before, Object after) {
        if (!before.equals(after)) {
            fields.add(name);
        }
    }

    /**
     * What stands against the definition, one sentence each; empty where nothing does.
     *
     * @param all definitions as they will be, this one among them
     * @param services feature services as they will be; where there are none, those that feature-service has count
     * @throws io.millrace.gate.Refusal where something had to be asked and did not answer
     */
    List<String> check(D definition, Definitions all, List<ServedFeatures> services);

    /**
     * What stands against the definition, each where it stands; by default at the definition's name.
     *
     * @param name where that is
     * @param faults takes it
     */
    default void check(D definition, Place name, Definitions all, List<ServedFeatures> services, Faults faults) {
        String title = kind().toLowerCase(Locale.ROOT) + " '" + definition.name() + "': ";
        check(definition, all, services).forEach(fault -> faults.add(name, title + fault));
    }

    /** What is written to the log, in this order, to apply the definition: by default its YAML under its key. */
    default Map<String, @Nullable String> changes(D definition, DefinitionCatalog catalog) {
        var changes = new LinkedHashMap<String, @Nullable String>();
        changes.put(key(definition.name()), definition.yaml());
        return changes;
    }

    /** Hears of a definition that this replica applied, once it is in the log. */
    default void applied(D definition, DefinitionCatalog catalog) {}
}
