package io.millrace.inference.kafka;

import io.millrace.features.kernel.format.InvalidSchemaException;
import io.millrace.features.kernel.format.SchemaRegistryUnavailableException;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Consumers of committed records that are in no group and commit nothing. */
final class RecordConsumer {
    /** How long a broker that gives nothing is waited for. */
    static final Duration PATIENCE = Duration.ofSeconds(15);

    private RecordConsumer() {}

    /**
     * Opens one.
     *
     * @param pollRecords at most, of one poll
     * @param fetchBytes about so many of one fetch
     */
    static KafkaConsumer<byte[], byte[]> open(String bootstrapServers, int pollRecords, int fetchBytes) {
        Map<String, Object> config = new HashMap<>();
        config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, pollRecords);
        config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, fetchBytes);
        config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, fetchBytes);
        config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Does what may find Kafka or the schema registry away: OFFSETS_UNAVAILABLE. */
    static <T> T asking(Supplier<T> work) {
        try {
            return work.get();
        } catch (SchemaRegistryUnavailableException | InvalidSchemaException e) {
            throw new Refusal(InferenceReason.OFFSETS_UNAVAILABLE, "schemas: " + e.getMessage(), e);
        } catch (KafkaException e) {
            throw new Refusal(InferenceReason.OFFSETS_UNAVAILABLE, "Kafka: " + e.getMessage(), e);
        }
    }
}
