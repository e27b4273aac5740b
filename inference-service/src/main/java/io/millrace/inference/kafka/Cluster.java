package io.millrace.inference.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** What is asked of the brokers besides records. Every call throws {@link StreamStalledException} where they refuse or do not answer. */
final class Cluster implements AutoCloseable {
    private static final Duration CLOSE = Duration.ofSeconds(1);

    private final Admin admin;
    private final Duration patience;

    /** @param patience for each answer */
    Cluster(StreamSettings settings, Duration patience) {
        this.admin = Admin.create(settings.admin());
        this.patience = patience;
    }

    Admin admin() {
        return admin;
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

    /** Makes a topic, where nobody else does at the same time. */
    void make(String topic, int partitions, Map<String, String> configs) {
        try {
            get(admin.createTopics(
                            List.of(new NewTopic(topic, Optional.of(partitions), Optional.empty()).configs(configs)))
                    .all());
        } catch (StreamStalledException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new StreamStalledException("topic '" + topic + "' cannot be made: " + e.reason(), e);
            }
        }
    }

    /** Waits for an answer. */
    <T> T get(@Nullable KafkaFuture<T> future) {
        if (future == null) {
            throw new StreamStalledException("Kafka does not answer to what was asked", null);
        }
        try {
            return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
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

    @Override
    public void close() {
        admin.close(CLOSE);
    }
}
