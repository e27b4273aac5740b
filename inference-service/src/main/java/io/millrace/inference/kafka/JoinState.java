package io.millrace.inference.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.label.Held;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The records of the compacted topic in which a join keeps what its outcomes do not say: what waits, and the time. Not thread-safe. */
final class JoinState {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TIME = "time";
    private static final String LABEL = "label/";
    private static final String SHADOW = "shadow/";

    private final JsonText json = new JsonText();

    /**
     * How far a join has come.
     *
     * @param outcomes offset below which no outcome is of a prediction that is not settled
     * @param partitions the latest event time by partition
     * @param topics ids by name, which change where a topic is made again
     */
    record Time(long now, long settled, long outcomes, Map<String, Long> partitions, Map<String, String> topics) {
        Time {
            partitions = Map.copyOf(partitions);
            topics = Map.copyOf(topics);
        }
    }

    static byte[] timeKey() {
        return TIME.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] key(Held held) {
        String kind =
                switch (held) {
                    case Held.Label _ -> LABEL;
                    case Held.Shadow _ -> SHADOW;
                };
        return (kind + held.place()).getBytes(StandardCharsets.UTF_8);
    }

    static boolean isTime(String key) {
        return key.equals(TIME);
    }

    byte[] write(Time time) {
        return json.bytes(out -> {
            out.writeStartObject();
            out.writeNumberField("now", time.now());
            out.writeNumberField("settled", time.settled());
            out.writeNumberField("outcomes", time.outcomes());
            out.writeObjectFieldStart("partitions");
            for (Map.Entry<String, Long> partition : new TreeMap<>(time.partitions()).entrySet()) {
                out.writeNumberField(partition.getKey(), partition.getValue());
            }
            out.writeEndObject();
            out.writeObjectFieldStart("topics");
            for (Map.Entry<String, String> topic : new TreeMap<>(time.topics()).entrySet()) {
                out.writeStringField(topic.getKey(), topic.getValue());
            }
            out.writeEndObject();
            out.writeEndObject();
        });
    }

    byte[] write(Held held) {
        return json.bytes(out -> {
            out.writeStartObject();
            out.writeNumberField("order", held.order());
            switch (held) {
                case Held.Label label -> {
                    out.writeStringField("group", label.group());
                    out.writeNumberField("micros", label.micros());
                    out.writeNumberField("value", label.value());
                    out.writeStringField("source", label.source());
                }
                case Held.Shadow answer -> {
                    out.writeStringField("id", answer.id());
                    out.writeStringField("shadow", answer.shadow());
                    out.writeFieldName("model");
                    PredictionWriter.identity(out, answer.model());
                    out.writeNumberField("value", answer.value());
                    out.writeNumberField("given_up", answer.givenUp());
                }
            }
            out.writeEndObject();
        });
    }

    static Time time(byte[] value) throws IOException {
        JsonNode node = JSON.readTree(value);
        var partitions = new HashMap<String, Long>();
        node.path("partitions")
                .properties()
                .forEach(
                        entry -> partitions.put(entry.getKey(), entry.getValue().asLong()));
        var topics = new HashMap<String, String>();
        node.path("topics")
                .properties()
                .forEach(entry -> topics.put(entry.getKey(), entry.getValue().asText()));
        return new Time(
                node.path("now").asLong(),
                node.path("settled").asLong(),
                node.path("outcomes").asLong(),
                partitions,
                topics);
    }

    /** What waits under a key; null where the key is none of those. */
    static @Nullable Held held(String key, byte[] value) throws IOException {
        JsonNode node = JSON.readTree(value);
        if (key.startsWith(LABEL)) {
            return new Held.Label(
                    key.substring(LABEL.length()),
                    node.path("order").asLong(),
                    node.path("group").asText(),
                    node.path("micros").asLong(),
                    node.path("value").doubleValue(),
                    node.path("source").asText());
        }
        if (key.startsWith(SHADOW)) {
            JsonNode model = node.path("model");
            return new Held.Shadow(
                    node.path("order").asLong(),
                    node.path("id").asText(),
                    node.path("shadow").asText(),
                    new ModelIdentity(
                            model.path("name").asText(),
                            model.path("version").asText(),
                            model.path("digest").asText(),
                            model.path("engine").asText(""),
                            PredictionParser.steps(model.path("steps"))),
                    node.path("value").doubleValue(),
                    node.path("given_up").asLong());
        }
        return null;
    }
}
