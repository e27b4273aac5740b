package io.millrace.features.kafka;

import io.millrace.features.kernel.SourcePartition;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;

/**
 * A topic as it was last seen.
 *
 * @param id Kafka's id of it
 */
record TopicInfo(String name, String id, int partitions) {
    SourcePartition source(int partition) {
        return new SourcePartition(name, id, partition);
    }

    List<TopicPartition> topicPartitions() {
        return IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(name, partition))
                .toList();
    }
}
