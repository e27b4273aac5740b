package io.millrace.inference.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Counts the committed records of topics that may come later, each record read once. Used by one thread at a time. */
final class CommittedCount implements AutoCloseable {
    private final List<String> topics;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private int count;

    CommittedCount(List<String> topics) {
        this.topics = topics;
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        TestBroker.bootstrapServers(),
                        "isolation.level",
                        "read_committed",
                        "auto.offset.reset",
                        "earliest",
                        "allow.auto.create.topics",
                        false,
                        "max.poll.records",
                        10_000),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /** All that is committed now. */
    int now() {
        assignNew();
        List<TopicPartition> partitions = List.copyOf(consumer.assignment());
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
            count += consumer.poll(Duration.ofMillis(100)).count();
        }
        return count;
    }

    @Override
    public void close() {
        consumer.close();
    }

    private void assignNew() {
        var assigned = new HashSet<>(consumer.assignment());
        if (assigned.stream().map(TopicPartition::topic).distinct().count() == topics.size()) {
            return;
        }
        Map<String, List<PartitionInfo>> there = consumer.listTopics();
        var all = new ArrayList<TopicPartition>();
        for (String topic : topics) {
            there.getOrDefault(topic, List.of()).forEach(info -> all.add(new TopicPartition(topic, info.partition())));
        }
        consumer.assign(all);
    }
}
