package io.millrace.local.replay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.platform.CommandFailure;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ObjLongConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Events as JSON records, each acknowledged by all in-sync replicas, written once and in order per partition. */
public final class KafkaSink implements EventSink, AutoCloseable {
    private final Producer<byte[], byte[]> producer;
    private final ObjectMapper json = new ObjectMapper();
    private final ObjLongConsumer<Event> acknowledged;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    /**
     * @param acknowledged told each event with its record's timestamp in milliseconds, on the producer's thread
     */
    public KafkaSink(String bootstrapServers, ObjLongConsumer<Event> acknowledged) {
        this.acknowledged = acknowledged;
        this.producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        true,
                        ProducerConfig.LINGER_MS_CONFIG,
                        0,
                        ProducerConfig.BATCH_SIZE_CONFIG,
                        128 << 10),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @Override
    public void send(Event event) {
        var record = new ProducerRecord<>(
                event.topic(), event.key().getBytes(StandardCharsets.UTF_8), bytes(event.fields()));
        producer.send(record, (metadata, error) -> {
            if (error != null) {
                failure.compareAndSet(null, error);
            } else {
                acknowledged.accept(event, metadata.timestamp());
            }
        });
        throwIfFailed();
    }

    @Override
    public void flush() {
        producer.flush();
        throwIfFailed();
    }

    @Override
    public void close() {
        producer.close();
    }

    private void throwIfFailed() {
        Exception error = failure.get();
        if (error != null) {
            throw CommandFailure.failed("Kafka did not take an event: " + error.getMessage());
        }
    }

    private byte[] bytes(Map<String, Object> fields) {
        try {
            return json.writeValueAsBytes(fields);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
