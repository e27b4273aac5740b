package io.millrace.inference.kafka;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Records of one poll, in their partitions' order, and what they become. */
record ScoredRecords(List<ConsumerRecord<byte[], byte[]>> records, PreparedBatch batch) {
    /**
     * What is committed with them.
     *
     * @param mark the commits' metadata
     */
    Map<TopicPartition, OffsetAndMetadata> offsets(String mark) {
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            offsets.put(
                    new TopicPartition(record.topic(), record.partition()),
                    new OffsetAndMetadata(record.offset() + 1, record.leaderEpoch(), mark));
        }
        return offsets;
    }
}
