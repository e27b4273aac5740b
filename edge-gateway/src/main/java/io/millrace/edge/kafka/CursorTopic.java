package io.millrace.edge.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Where a spool's drain stands, as {@link EdgeTopics#CURSOR} has it. */
final class CursorTopic {
    private static final TopicPartition PARTITION = new TopicPartition(EdgeTopics.CURSOR, 0);
    private static final JsonMapper MAPPER = new JsonMapper();

    private CursorTopic() {}

    /** The record that moves the cursor; to be sent in the transaction of the entries below {@code next}. */
    static ProducerRecord<byte[], byte[]> record(String spool, long next) {
        var serializer = new StringSerializer();
        return new ProducerRecord<>(
                EdgeTopics.CURSOR,
                0,
                serializer.serialize(EdgeTopics.CURSOR, spool),
                serializer.serialize(EdgeTopics.CURSOR, "{\"next\":" + next + "}"));
    }

    /**
     * Reads the cursor; to be asked once this spool's own open transaction has been ended (initTransactions). Waits out the open transactions of other
     * gateways, behind which a committed cursor would not be visible yet.
     *
     * @return empty where this spool was never drained
     * @throws KafkaException where the topic cannot be read to its end within {@code patience}
     */
    static OptionalLong read(String bootstrapServers, String spool, Duration patience) {
        long end = end(bootstrapServers);
        long deadline = System.nanoTime() + patience.toNanos();
        try (var consumer = consumer(bootstrapServers, "read_committed")) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            OptionalLong cursor = OptionalLong.empty();
            while (consumer.position(PARTITION) < end) {
                if (System.nanoTime() > deadline) {
                    throw new KafkaException(EdgeTopics.CURSOR + " cannot be read to its end within " + patience);
                }
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    if (spool.equals(record.key())) {
                        cursor = OptionalLong.of(next(record.value()));
                    }
                }
            }
            return cursor;
        }
    }

    private static long end(String bootstrapServers) {
        try (var consumer = consumer(bootstrapServers, "read_uncommitted")) {
            return consumer.endOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
        }
    }

    private static KafkaConsumer<String, String> consumer(String bootstrapServers, String isolation) {
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "isolation.level",
                isolation,
                "enable.auto.commit",
                false,
                "auto.offset.reset",
                "earliest",
                "default.api.timeout.ms",
                15_000);
        return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    }

    private static long next(String value) {
        try {
            return MAPPER.readTree(value).path("next").asLong();
        } catch (JsonProcessingException e) {
            throw new KafkaException("a cursor is not JSON: " + value, e);
        }
    }
}
