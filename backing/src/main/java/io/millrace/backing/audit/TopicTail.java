package io.millrace.backing.audit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The committed records of topics that may come later, each read once. Used by one thread at a time. */
final class TopicTail implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long LOOK_FOR_PARTITIONS_NANOS = 1_000_000_000L;

    private final List<String> topics;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private long looked = System.nanoTime() - LOOK_FOR_PARTITIONS_NANOS;

    TopicTail(String bootstrapServers, List<String> topics) {
        this.topics = List.copyOf(topics);
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "isolation.level",
                        "read_committed",
                        "auto.offset.reset",
                        "earliest",
                        "allow.auto.create.topics",
                        false,
                        "enable.auto.commit",
                        false,
                        "metadata.max.age.ms",
                        2_000,
                        "default.api.timeout.ms",
                        10_000,
                        "max.poll.records",
                        10_000),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /**
     * Gives what was committed since the last call, in the order of its partitions.
     *
     * @throws TimeoutException where the broker does not give it in time; what was given stays given
     */
    void next(Consumer<ConsumerRecord<byte[], byte[]>> taker) {
        assignNew();
        List<TopicPartition> partitions = List.copyOf(consumer.assignment());
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
            consumer.poll(Duration.ofMillis(100)).forEach(taker);
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("not all of " + topics + " came within " + PATIENCE);
            }
        }
    }

    private void assignNew() {
        if (System.nanoTime() - looked < LOOK_FOR_PARTITIONS_NANOS) {
            return;
        }
        looked = System.nanoTime();
        Map<String, List<PartitionInfo>> there = consumer.listTopics();
        var all = new ArrayList<>(consumer.assignment());
        for (String topic : topics) {
            there.getOrDefault(topic, List.of()).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .filter(partition -> !consumer.assignment().contains(partition))
                    .forEach(all::add);
        }
        if (all.size() > consumer.assignment().size()) {
            consumer.assign(all);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
