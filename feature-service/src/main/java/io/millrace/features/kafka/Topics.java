package io.millrace.features.kafka;

import io.millrace.features.config.FeaturesConfig;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What Kafka says about topics: asked for now and then for all topics that somebody watches, and at once where it matters. One admin client for
 * the whole service. Thread-safe.
 */
@ApplicationScoped
public class Topics {
    private static final Logger LOG = Logger.getLogger(Topics.class);

    private final KafkaClients clients;
    private final FeaturesConfig config;
    private final Map<String, Integer> watched = new ConcurrentHashMap<>();
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("topics").daemon().factory());
    private @Nullable Admin admin;
    private boolean scheduled;

    /** What is known of a topic. */
    sealed interface Seen {
        record Present(TopicInfo topic) implements Seen {}

        record Absent() implements Seen {}

        /** Nobody has asked yet. */
        record NotAsked() implements Seen {}

        /** Kafka does not say. */
        record Unknown(String why) implements Seen {}
    }

    public Topics(KafkaClients clients, FeaturesConfig config) {
        this.clients = clients;
        this.config = config;
    }

    void stop(@Observes ShutdownEvent event) {
        scheduler.shutdownNow();
        synchronized (this) {
            if (admin != null) {
                admin.close(Duration.ofSeconds(2));
                admin = null;
            }
        }
    }

    /** Looks after a topic from now on, until {@link #unwatch}. */
    synchronized void watch(String topic) {
        watched.merge(topic, 1, Integer::sum);
        if (!scheduled) {
            scheduled = true;
            long millis = config.ingestion().topicCheck().toMillis();
            scheduler.scheduleWithFixedDelay(this::lookAtAll, millis, millis, TimeUnit.MILLISECONDS);
        }
        look(Set.of(topic));
    }

    void unwatch(String topic) {
        if (watched.computeIfPresent(topic, (_, count) -> count == 1 ? null : count - 1) == null) {
            seen.remove(topic);
        }
    }

    /** The topic as it was last seen. */
    Seen lastSeen(String topic) {
        return seen.getOrDefault(topic, new Seen.NotAsked());
    }

    /** Asks Kafka about a topic now. */
    CompletableFuture<TopicInfo> describe(String topic) {
        try {
            return admin().describeTopics(List.of(topic))
                    .allTopicNames()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .thenApply(described -> info(described.values().iterator().next()))
                    .whenComplete((info, failure) -> note(topic, info, failure));
        } catch (KafkaException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The first offsets that there still are. */
    CompletableFuture<Map<TopicPartition, ListOffsetsResultInfo>> begins(Collection<TopicPartition> partitions) {
        return offsets(partitions, OffsetSpec.earliest(), IsolationLevel.READ_COMMITTED);
    }

    /**
     * The offsets behind the last committed record of each partition of a topic (the last stable offsets), asked for after this was called. Of the service's own log of rows
     * the offsets behind the last record: Kafka acknowledges a transaction before all partitions have its marker, so that the last stable offset may lie before a row that was
     * acknowledged already, while an open transaction of ours is over soon.
     */
    CompletableFuture<Map<TopicPartition, ListOffsetsResultInfo>> ends(Collection<TopicPartition> partitions) {
        boolean isOwn =
                partitions.stream().allMatch(partition -> partition.topic().equals(OwnTopics.PUSH_LOG));
        return offsets(
                partitions,
                OffsetSpec.latest(),
                isOwn ? IsolationLevel.READ_UNCOMMITTED : IsolationLevel.READ_COMMITTED);
    }

    private CompletableFuture<Map<TopicPartition, ListOffsetsResultInfo>> offsets(
            Collection<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation) {
        try {
            Map<TopicPartition, OffsetSpec> specs = new java.util.HashMap<>();
            partitions.forEach(partition -> specs.put(partition, spec));
            return admin().listOffsets(specs, new ListOffsetsOptions(isolation))
                    .all()
                    .toCompletionStage()
                    .toCompletableFuture();
        } catch (KafkaException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Makes a topic where it is missing.
     *
     * @param partitions empty for the broker's default
     * @throws KafkaException where Kafka does not make it
     */
    void ensure(String topic, Optional<Integer> partitions, Map<String, String> settings) {
        int replicas = config.push().replicationFactor();
        var wanted = new NewTopic(topic, partitions, replicas == 0 ? Optional.empty() : Optional.of((short) replicas))
                .configs(settings);
        try {
            admin().createTopics(List.of(wanted))
                    .all()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
            LOG.infof("Made the topic %s", topic);
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new KafkaException("topic " + topic + " is missing and cannot be made: " + e.getCause(), e);
            }
        }
    }

    /**
     * What a consumer group has committed.
     *
     * @throws KafkaException where Kafka does not say
     */
    Map<TopicPartition, OffsetAndMetadata> committed(String group) {
        try {
            return admin().listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return Map.of();
            }
            throw new KafkaException("Kafka does not say what " + group + " has committed: " + e.getCause(), e);
        }
    }

    /** Forgets what a consumer group has committed; a group that is not there is fine. What fails is said in the log. */
    void forgetGroup(String group) {
        admin().deleteConsumerGroups(List.of(group)).all().whenComplete((_, failure) -> {
            if (failure != null && !(failure instanceof GroupIdNotFoundException)) {
                LOG.warnf("The consumer group %s cannot be deleted: %s", group, failure);
            }
        });
    }

    private void lookAtAll() {
        try {
            look(Set.copyOf(watched.keySet()));
        } catch (KafkaException e) {
            LOG.warnf("Kafka cannot be asked for topics: %s", e.getMessage());
        }
    }

    private void look(Set<String> topics) {
        topics.forEach(this::describe);
    }

    private void note(String topic, @Nullable TopicInfo info, @Nullable Throwable failure) {
        if (!watched.containsKey(topic)) {
            return;
        }
        if (info != null) {
            seen.put(topic, new Seen.Present(info));
        } else if (failure != null && isAbsence(failure)) {
            seen.put(topic, new Seen.Absent());
        } else {
            seen.put(topic, new Seen.Unknown(String.valueOf(failure)));
        }
    }

    static boolean isAbsence(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof UnknownTopicOrPartitionException;
    }

    private static TopicInfo info(TopicDescription description) {
        return new TopicInfo(
                description.name(),
                description.topicId().toString(),
                description.partitions().size());
    }

    private synchronized Admin admin() {
        if (admin == null) {
            admin = clients.admin();
        }
        return admin;
    }
}
