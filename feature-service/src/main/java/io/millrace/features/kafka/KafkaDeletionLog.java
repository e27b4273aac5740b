package io.millrace.features.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.definitions.log.DefinitionLog;
import io.millrace.definitions.log.DefinitionLogException;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.deletion.Deletion;
import io.millrace.features.app.deletion.DeletionLog;
import io.millrace.features.app.deletion.Voids;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.ValueEncoding;
import io.millrace.gate.Refusal;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Deletions in the compacted topic {@value #TOPIC}: the hash of what was deleted to the offsets below which its events are void. The values of the join keys stand in it only as long as there is something
 * left to delete.
 */
@ApplicationScoped
public class KafkaDeletionLog implements DeletionLog {
    static final String TOPIC = "millrace.features.deletions.v1";

    private static final Logger LOG = Logger.getLogger(KafkaDeletionLog.class);
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final Voids voids;
    private final KafkaClients clients;
    private final FeaturesConfig config;
    private @Nullable DefinitionLog log;
    private volatile boolean unreadable;

    public KafkaDeletionLog(Voids voids, KafkaClients clients, FeaturesConfig config) {
        this.voids = voids;
        this.clients = clients;
        this.config = config;
    }

    void start(@Observes StartupEvent event) {
        log = DefinitionLog.follow(clients.bootstrapServers(), TOPIC, this::hear);
    }

    void stop(@Observes ShutdownEvent event) {
        if (log != null) {
            log.close();
        }
    }

    @Override
    public boolean isCurrent() {
        return log != null && log.isCurrent() && !unreadable;
    }

    @Override
    public String failure() {
        if (unreadable) {
            return "a deletion in " + TOPIC + " cannot be read by this release; no event is applied";
        }
        String failure = log == null ? "not started" : log.failure();
        return failure == null ? "" : failure;
    }

    @Override
    public void put(Deletion deletion) {
        try {
            if (log == null) {
                throw new IllegalStateException("a deletion is written before the service has started");
            }
            Map<String, @Nullable String> change = new LinkedHashMap<>();
            change.put(deletion.id(), write(deletion));
            log.write(change, config.definitionsPatience());
        } catch (DefinitionLogException e) {
            throw new Refusal(FeatureReason.DELETIONS_UNAVAILABLE, "Kafka did not take the deletion", e);
        }
    }

    /** A deletion that cannot be read must not be passed over: nothing is applied then. */
    private void hear(DefinitionLog.Change change) {
        String value = change.value();
        if (value == null) {
            return;
        }
        try {
            voids.hear(read(value));
        } catch (IOException | RuntimeException e) {
            unreadable = true;
            LOG.errorf(
                    e,
                    "The deletion %s in %s cannot be read by this release; no event is applied",
                    change.key(),
                    TOPIC);
        }
    }

    static String write(Deletion deletion) {
        ObjectNode object = JSON.createObjectNode();
        object.put("kind", deletion.target().kind().name());
        object.put("name", deletion.target().name());
        object.put("hash", deletion.hash());
        object.put("requested", deletion.requested().toString());
        object.put("by", deletion.by());
        object.put("state", deletion.state().name());
        ArrayNode below = object.putArray("void_below");
        deletion.voidBelow().forEach((partition, offset) -> below.addObject()
                .put("topic", partition.topic())
                .put("topic_id", partition.topicId())
                .put("partition", partition.partition())
                .put("offset", offset));
        ObjectNode keys = object.putObject("keys");
        deletion.keys().forEach((name, value) -> {
            var out = new ByteWriter();
            ValueEncoding.write(value, out);
            keys.put(name, Base64.getEncoder().encodeToString(out.toBytes()));
        });
        try {
            return JSON.writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a tree of plain values has a JSON form", e);
        }
    }

    static Deletion read(String text) throws IOException {
        JsonNode object = JSON.readTree(text);
        Map<SourcePartition, Long> below = new HashMap<>();
        for (JsonNode position : object.required("void_below")) {
            below.put(
                    new SourcePartition(
                            position.required("topic").asText(),
                            position.required("topic_id").asText(),
                            position.required("partition").asInt()),
                    position.required("offset").asLong());
        }
        var keys = new TreeMap<String, FeatureValue>();
        for (Map.Entry<String, JsonNode> key : object.required("keys").properties()) {
            FeatureValue value =
                    ValueEncoding.read(new ByteReader(key.getValue().binaryValue()));
            if (value == null) {
                throw new IOException("the join key " + key.getKey() + " is null");
            }
            keys.put(key.getKey(), value);
        }
        return new Deletion(
                new Deletion.Target(
                        Deletion.Kind.valueOf(object.required("kind").asText()),
                        object.required("name").asText()),
                object.required("hash").asText(),
                below,
                Instant.parse(object.required("requested").asText()),
                object.required("by").asText(),
                Deletion.State.valueOf(object.required("state").asText()),
                keys);
    }
}
