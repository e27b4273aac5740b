package io.millrace.inference.app.deploy;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.Yaml;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A definition that a deployment had.
 *
 * @param number from 1, one more with each change
 * @param restores the revision whose definition this is again; 0 where it was applied
 */
public record Revision(long number, Instant at, long restores, String definition) {
    /** As it is kept in the log. */
    String text() {
        var map = new LinkedHashMap<String, Object>();
        map.put("revision", number);
        map.put("at", at.toString());
        map.put("restores", restores);
        map.put("definition", definition);
        return Yaml.write(map);
    }

    /** The revision that this one's definition was first applied as. */
    long origin() {
        return restores == 0 ? number : restores;
    }

    /** Those that can be read of what is kept beside a definition under numbers, by number. */
    static NavigableMap<Long, Revision> all(Map<String, String> beside) {
        var revisions = new TreeMap<Long, Revision>();
        beside.forEach((key, text) -> {
            if (key.chars().allMatch(Character::isDigit)) {
                read(text).ifPresent(revision -> revisions.put(revision.number(), revision));
            }
        });
        return revisions;
    }

    private static Optional<Revision> read(String text) {
        var faults = new Faults();
        for (MapNode node : Yaml.documents(new DefinitionFile("revision", text), faults)) {
            long number = node.optionalLong("revision").orElse(0L);
            long restores = node.optionalLong("restores").orElse(0L);
            String definition = node.string("definition");
            try {
                Instant at = Instant.parse(node.string("at"));
                if (faults.isEmpty() && number > 0) {
                    return Optional.of(new Revision(number, at, restores, definition));
                }
            } catch (DateTimeException written) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }
}
