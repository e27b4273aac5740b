package io.millrace.features.app;

import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.DefinitionKey;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Keys and values of the definitions log. Views are kept under {@code name@version}, everything else under {@code kind/name@version}, and what a
 * project has under {@code Project/name}, one key a line. {@code Inactive/kind/name@version} is there for what is not active.
 */
public final class LogKeys {
    private static final String PROJECT = "Project/";
    private static final String INACTIVE = "Inactive/";

    private LogKeys() {}

    public static String of(DefinitionKey key) {
        return key.kind() == DefinitionKey.Kind.FEATURE_VIEW ? key.id().toString() : key.toString();
    }

    static String ofProject(String name) {
        return PROJECT + name;
    }

    /** What a project has, as the log keeps it; empty where it has nothing. */
    static Optional<String> members(Set<DefinitionKey> keys) {
        return keys.isEmpty()
                ? Optional.empty()
                : Optional.of(keys.stream()
                        .sorted(DefinitionKey.ORDER)
                        .map(LogKeys::of)
                        .collect(Collectors.joining("\n", "", "\n")));
    }

    static Set<DefinitionKey> members(String text) {
        var keys = new LinkedHashSet<DefinitionKey>();
        text.lines().forEach(line -> definition(line).ifPresent(keys::add));
        return Set.copyOf(keys);
    }

    static Optional<String> project(String key) {
        return key.startsWith(PROJECT) ? Optional.of(key.substring(PROJECT.length())) : Optional.empty();
    }

    static String ofInactive(DefinitionKey key) {
        return INACTIVE + key;
    }

    /** What is kept there while a definition is not active. */
    static Optional<String> inactive(boolean active) {
        return active ? Optional.empty() : Optional.of("true");
    }

    /** The definition that the key says of that it is not active; empty for other keys. */
    static Optional<DefinitionKey> inactive(String key) {
        return key.startsWith(INACTIVE) ? DefinitionKey.parse(key.substring(INACTIVE.length())) : Optional.empty();
    }

    static Optional<DefinitionKey> definition(String key) {
        int at = key.indexOf('@');
        return key.contains("/") || at < 0
                ? DefinitionKey.parse(key)
                : Optional.of(DefinitionKey.view(new ViewId(key.substring(0, at), key.substring(at + 1))));
    }
}
