package io.millrace.inference.kafka;

import java.util.ArrayList;
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
        for (int i = 0; i < records.size(); i++) {
            ConsumerRecord<byte[], byte[]> record = records.get(i);
            if (i == records.size() - 1 || !isSamePartition(record, records.get(i + 1))) {
                offsets.put(
                        new TopicPartition(record.topic(), record.partition()),
                        new OffsetAndMetadata(record.offset() + 1, record.leaderEpoch(), mark));
            }
        }
        return offsets;
    }

    private static boolean isSamePartition(ConsumerRecord<?, ?> one, ConsumerRecord<?, ?> other) {
        return one.partition() == other.partition() && one.topic().equals(other.topic());
    }

    /** The first of each run of records of one partition. */
    static List<ConsumerRecord<byte[], byte[]>> firsts(List<ConsumerRecord<byte[], byte[]>> records) {
        var firsts = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        for (int i = 0; i < records.size(); i++) {
            if (i == 0 || !isSamePartition(records.get(i - 1), records.get(i))) {
                firsts.add(records.get(i));
            }
        }
        return firsts;
    }
}
