package io.millrace.features.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Source positions in JSON, sorted. */
final class JsonPositions {
    private static final Comparator<SourcePartition> ORDER = Comparator.comparing(SourcePartition::topic)
            .thenComparing(SourcePartition::topicId)
            .thenComparing(SourcePartition::partition);

    private JsonPositions() {}

    static void write(JsonGenerator json, ViewId view, Map<SourcePartition, Long> positions) throws IOException {
        List<Map.Entry<SourcePartition, Long>> sorted = positions.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(ORDER))
                .toList();
        for (Map.Entry<SourcePartition, Long> position : sorted) {
            json.writeStartObject();
            json.writeStringField("view_version", view.toString());
            json.writeStringField("topic", position.getKey().topic());
            json.writeStringField("topic_id", position.getKey().topicId());
            json.writeNumberField("partition", position.getKey().partition());
            json.writeNumberField("offset", position.getValue());
            json.writeEndObject();
        }
    }
}
