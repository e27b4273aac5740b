package io.millrace.local.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.platform.CommandFailure;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads committed predictions of one topic from its beginning into a ledger, on a thread of its own. */
public final class PredictionReader implements AutoCloseable {
    private final String bootstrapServers;
    private final String topic;
    private final Ledger ledger;
    private final InstantSource clock;
    private final ObjectMapper json = new ObjectMapper();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean closed;

    public PredictionReader(String bootstrapServers, String topic, Ledger ledger, InstantSource clock) {
        this.bootstrapServers = bootstrapServers;
        this.topic = topic;
        this.ledger = ledger;
        this.clock = clock;
        this.thread = Thread.ofPlatform().daemon().name("predictions").start(this::run);
    }

    /**
     * @throws CommandFailure where reading has ended with an error
     */
    public void throwIfFailed() {
        Exception error = failure.get();
        if (error != null) {
            throw CommandFailure.failed("predictions cannot be read from " + topic + ": " + error.getMessage());
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        Map<String, Object> config = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                5_000,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false);
        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            while (!closed && consumer.assignment().isEmpty()) {
                consumer.assign(partitions(consumer.partitionsFor(topic, Duration.ofSeconds(2))));
            }
            while (!closed) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    note(record);
                }
            }
        } catch (IOException | RuntimeException e) {
            failure.set(e);
        }
    }

    private static List<TopicPartition> partitions(@Nullable List<PartitionInfo> found) {
        return found == null
                ? List.of()
                : found.stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition()))
                        .toList();
    }

    private void note(ConsumerRecord<byte[], byte[]> record) throws IOException {
        JsonNode prediction = json.readTree(record.value());
        ledger.predicted(
                prediction.path("key").asInt(-1),
                prediction.path("prediction").asDouble(Double.NaN),
                prediction.path("features").path("complete").asBoolean(false),
                prediction.path("deployment").path("arm").asText(""),
                record.timestamp(),
                clock.millis());
    }
}
