package io.millrace.inference.kafka;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.offsets.PipelineOffsets.Standing;
import io.millrace.inference.domain.Pipeline;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;

/** What label streams ask of the cluster besides records. */
final class LabelTopics implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Cluster cluster;

    LabelTopics(StreamSettings settings) {
        this.cluster = new Cluster(settings, PATIENCE);
    }

    /** A topic as it is now; empty where there is none. */
    Optional<TopicDescription> find(String topic) {
        return cluster.find(topic);
    }

    /** Makes a topic that is not there; its id. */
    String ensure(String topic, int partitions, Map<String, String> configs) {
        Optional<TopicDescription> there = find(topic);
        if (there.isEmpty()) {
            cluster.make(topic, partitions, configs);
            there = find(topic);
        }
        return there.orElseThrow(() -> new StreamStalledException("topic '" + topic + "' is not there yet", null))
                .topicId()
                .toString();
    }

    /** Where a pipeline stands; with no partitions where its input is not there. */
    Standing standing(Pipeline pipeline) {
        try {
            return KafkaPipelineOffsets.look(cluster.admin(), pipeline);
        } catch (Refusal gone) {
            return new Standing(pipeline.input().topic(), "", List.of());
        } catch (KafkaPipelineOffsets.KafkaAnswerException e) {
            throw new StreamStalledException("Kafka: " + e.getMessage(), e);
        }
    }

    /** Behind the last record of each, committed or not. */
    Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetSpec> asked =
                partitions.stream().collect(Collectors.toMap(each -> each, _ -> OffsetSpec.latest()));
        return cluster.get(cluster.admin().listOffsets(asked).all()).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, end -> end.getValue().offset()));
    }

    @Override
    public void close() {
        cluster.close();
    }
}
