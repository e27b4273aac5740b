package io.millrace.features.vectors;

import io.millrace.features.kernel.SourcePartition;
import java.util.HashMap;
import java.util.Map;

/** Positions as the data of a Lucene commit: {@code position.<partition>.<topic id>.<topic>} to the offset of the next event. */
final class CommitPositions {
    private static final String PREFIX = "position.";

    private CommitPositions() {}

    static Map<String, String> write(Map<SourcePartition, Long> positions) {
        var data = new HashMap<String, String>();
        positions.forEach((source, next) -> data.put(
                PREFIX + source.partition() + "." + source.topicId() + "." + source.topic(), Long.toString(next)));
        return data;
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
