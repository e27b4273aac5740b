package io.millrace.local.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.backing.audit.StreamAudit.Expectation;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What an input is to become, from what stands before it in its partition. */
final class Expected implements Expectation {
    /** What one event more of the same user adds to the prediction. */
    static final double PER_EVENT = 1_000_000;

    private final ObjectMapper json = new ObjectMapper();
    private final Map<String, Seen> users = new HashMap<>();

    private record Seen(long events, long last) {}

    @Override
    public String of(ConsumerRecord<byte[], byte[]> input) {
        if (input.value() == null) {
            return "dead letter TOMBSTONE";
        }
        JsonNode event;
        try {
            event = json.readTree(input.value());
        } catch (IOException e) {
            return "dead letter UNDECODABLE";
        }
        if (!event.has("user")) {
            return "dead letter INVALID_KEY";
        }
        if (!event.has("at")) {
            return "dead letter MISSING_TIMESTAMP";
        }
        Seen before = users.getOrDefault(event.path("user").asText(), new Seen(0, -1));
        users.put(
                event.path("user").asText(),
                new Seen(before.events() + 1, event.path("n").asLong()));
        return "prediction " + (PER_EVENT * before.events() + before.last());
    }
}
