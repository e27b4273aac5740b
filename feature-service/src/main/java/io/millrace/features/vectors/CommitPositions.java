package io.millrace.features.vectors;

import io.millrace.features.kernel.SourcePartition;
import java.util.HashMap;
import java.util.Map;

/** Positions and notes as the data of a Lucene commit: {@code position.<partition>.<topic id>.<topic>} to the offset of the next event, {@code note.<name>} to a text. */
final class CommitPositions {
    private static final String PREFIX = "position.";

    private static final String NOTE = "note.";

    private CommitPositions() {}

    static Map<String, String> write(Map<SourcePartition, Long> positions, Map<String, String> notes) {
        var data = new HashMap<String, String>();
        notes.forEach((name, text) -> data.put(NOTE + name, text));
        positions.forEach((source, next) -> data.put(
                PREFIX + source.partition() + "." + source.topicId() + "." + source.topic(), Long.toString(next)));
        return data;
    }

    static Map<String, String> notes(Iterable<Map.Entry<String, String>> data) {
        var notes = new HashMap<String, String>();
        for (Map.Entry<String, String> each : data) {
            if (each.getKey().startsWith(NOTE)) {
                notes.put(each.getKey().substring(NOTE.length()), each.getValue());
            }
        }
        return notes;
    }

    static Map<SourcePartition, Long> read(Iterable<Map.Entry<String, String>> data) {
        var positions = new HashMap<SourcePartition, Long>();
        for (Map.Entry<String, String> each : data) {
            if (each.getKey().startsWith(PREFIX)) {
                // a topic's name may hold dots, Kafka's base64 ids hold none
                String[] parts = each.getKey().substring(PREFIX.length()).split("\\.", 3);
                positions.put(
                        new SourcePartition(parts[2], parts[1], Integer.parseInt(parts[0])),
                        Long.parseLong(each.getValue()));
            }
        }
        return positions;
    }
}
