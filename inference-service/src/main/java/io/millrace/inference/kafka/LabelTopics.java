package io.millrace.inference.kafka;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.offsets.PipelineOffsets.Standing;
import io.millrace.inference.domain.Pipeline;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** What label streams ask of the cluster besides records. */
final class LabelTopics implements AutoCloseable {
    private static final int SECONDS = 10;

    private final Admin admin;

    LabelTopics(StreamSettings settings) {
        this.admin = Admin.create(settings.admin());
    }

    /** A topic as it is now; empty where there is none. */
    Optional<TopicDescription> find(String topic) {
        try {
            return Optional.of(
                    get(admin.describeTopics(List.of(topic)).topicNameValues().get(topic)));
        } catch (StreamStalledException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Makes a topic that is not there; its id. */
    String ensure(String topic, int partitions, Map<String, String> configs) {
        Optional<TopicDescription> there = find(topic);
        if (there.isEmpty()) {
            var wanted = new NewTopic(topic, Optional.of(partitions), Optional.empty()).configs(configs);
            try {
                get(admin.createTopics(List.of(wanted)).all());
            } catch (StreamStalledException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw new StreamStalledException("topic '" + topic + "' cannot be made: " + e.reason(), e);
                }
            }
            there = find(topic);
        }
        return there.orElseThrow(() -> new StreamStalledException("topic '" + topic + "' is not there yet", null))
                .topicId()
                .toString();
    }

    /** Where a pipeline stands; with no partitions where its input is not there. */
    Standing standing(Pipeline pipeline) {
        try {
            return KafkaPipelineOffsets.look(admin, pipeline);
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
        return get(admin.listOffsets(asked).all()).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, end -> end.getValue().offset()));
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(1));
    }

    private static <T> T get(@Nullable KafkaFuture<T> future) {
        if (future == null) {
            throw new StreamStalledException("Kafka does not answer to what was asked", null);
        }
        try {
            return future.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new StreamStalledException("Kafka: " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new StreamStalledException("Kafka does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StreamStalledException("interrupted", e);
        }
    }
}
