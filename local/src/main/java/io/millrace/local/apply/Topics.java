package io.millrace.local.apply;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.definitions.MapNode;
import io.millrace.definitions.Yaml;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/** Reads {@code topics.yaml}: the source topics that an example brings with it. Topics of the services are theirs to make. */
public final class Topics {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,249}");

    private Topics() {}

    /** A topic to be there; one that is there already stays as it is. */
    public record Topic(String name, int partitions) {}

    /** The topics of the file; what is wrong is added to {@code faults}. */
    public static List<Topic> read(DefinitionFile file, Faults faults) {
        var topics = new ArrayList<Topic>();
        var names = new HashSet<String>();
        for (MapNode document : Yaml.documents(file, faults)) {
            document.string("kind", Pattern.compile("Topics"), "Topics");
            List<MapNode> entries = document.maps("topics");
            document.refuseUnknownKeys();
            for (MapNode entry : entries) {
                String name = entry.string("name", NAME, "1 to 249 of letters, digits, '.', '_' and '-'");
                long partitions = entry.optionalLong("partitions").orElse(1L);
                entry.refuseUnknownKeys();
                if (partitions < 1 || partitions > 1_000) {
                    entry.fault("partitions", "'partitions' must be 1 to 1000, was " + partitions);
                } else if (!name.isEmpty() && !names.add(name)) {
                    entry.fault("name", "topic '" + name + "' stands twice");
                } else {
                    topics.add(new Topic(name, (int) partitions));
                }
            }
        }
        return topics;
    }
}
