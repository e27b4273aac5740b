package io.millrace.benchmarks.streams;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The floor: polls, and copies what came with its offsets in one transaction, with the settings of a stream. */
final class CopyLoop {
    private static final Duration POLL = Duration.ofMillis(100);

    private final String bootstrapServers;
    private final Runnable oncePerPoll;

    /** @param oncePerPoll what it does besides for each poll that gave something */
    CopyLoop(String bootstrapServers, Runnable oncePerPoll) {
        this.bootstrapServers = bootstrapServers;
        this.oncePerPoll = oncePerPoll;
    }

    /** Copies so many records of a topic and gives how many that were in a second, from the first transaction on. */
    double run(String name, String from, String to, int records, int pollRecords) {
        Map<String, Object> reading = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "group.id",
                name,
                "isolation.level",
                "read_committed",
                "enable.auto.commit",
                false,
                "auto.offset.reset",
                "earliest",
                "max.poll.records",
                pollRecords,
                "fetch.max.bytes",
                16 << 20);
        Map<String, Object> writing = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "transactional.id",
                name,
                "acks",
                "all",
                "linger.ms",
                5,
                "batch.size",
                128 << 10,
                "compression.type",
                "lz4",
                "buffer.memory",
                64L << 20);
        try (var producer = new KafkaProducer<>(writing, new ByteArraySerializer(), new ByteArraySerializer());
                var consumer = new KafkaConsumer<>(reading, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            producer.initTransactions();
            consumer.subscribe(List.of(from));
            long begin = 0;
            long first = 0;
            long copied = 0;
            while (copied < records) {
                ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
                if (polled.isEmpty()) {
                    continue;
                }
                oncePerPoll.run();
                copy(producer, consumer, polled, to);
                copied += polled.count();
                if (begin == 0) {
                    begin = System.nanoTime();
                    first = copied;
                }
            }
            return (copied - first) / ((System.nanoTime() - begin) / 1e9);
        }
    }

    private static void copy(
            KafkaProducer<byte[], byte[]> producer,
            KafkaConsumer<byte[], byte[]> consumer,
            ConsumerRecords<byte[], byte[]> polled,
            String to) {
        producer.beginTransaction();
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        for (ConsumerRecord<byte[], byte[]> record : polled) {
            producer.send(new ProducerRecord<>(to, record.key(), record.value()));
            offsets.put(
                    new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1));
        }
        producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
        producer.commitTransaction();
    }
}
