package io.millrace.inference.kafka;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.offsets.PipelineOffsets;
import io.millrace.inference.domain.Pipeline;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * The offsets that pipelines' groups have committed. They are changed only while a group is empty: Kafka itself refuses it else, so that no loop can commit on top
 * of what it read before. Thread-safe.
 */
public final class KafkaPipelineOffsets implements PipelineOffsets {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);
    private static final Duration BESIDE_THE_SESSION = Duration.ofSeconds(6);

    private final StreamSettings settings;

    public KafkaPipelineOffsets(StreamSettings settings) {
        this.settings = settings;
    }

    @Override
    public Standing look(Pipeline pipeline) {
        return ask(admin -> look(admin, pipeline));
    }

    @Override
    public Map<Integer, Long> at(Pipeline pipeline, Instant time) {
        return ask(admin -> {
            TopicDescription topic = topic(admin, pipeline);
            Map<TopicPartition, Long> ends = offsets(admin, topic, OffsetSpec.latest());
            Map<TopicPartition, Long> found = offsets(admin, topic, OffsetSpec.forTimestamp(time.toEpochMilli()));
            var at = new HashMap<Integer, Long>();
            ends.forEach((partition, end) -> {
                long offset = found.getOrDefault(partition, -1L);
                at.put(partition.partition(), offset < 0 ? end : offset);
            });
            return at;
        });
    }

    @Override
    public Set<String> awaitNobody(Pipeline pipeline) {
        return ask(admin -> {
            long until = System.nanoTime()
                    + settings.sessionTimeout().plus(BESIDE_THE_SESSION).toNanos();
            while (true) {
                Set<String> members = members(admin, pipeline);
                if (members.isEmpty() || System.nanoTime() > until) {
                    return members;
                }
                try {
                    TimeUnit.NANOSECONDS.sleep(LOOK_AGAIN.toNanos());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return members;
                }
            }
        });
    }

    @Override
    public void move(Pipeline pipeline, Standing seen, Map<Integer, Long> to) {
        ask(admin -> {
            fence(admin, pipeline);
            String mark = StartingOffsets.mark(seen.topicId(), first(admin, pipeline, seen));
            var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
            to.forEach((partition, offset) ->
                    offsets.put(new TopicPartition(seen.topic(), partition), new OffsetAndMetadata(offset, mark)));
            get(admin.alterConsumerGroupOffsets(StreamSettings.group(pipeline.name()), offsets)
                    .all());
            return to;
        });
    }

    /** What {@link #look(Pipeline)} gives. */
    static Standing look(Admin admin, Pipeline pipeline) {
        TopicDescription topic = topic(admin, pipeline);
        String id = topic.topicId().toString();
        Map<TopicPartition, OffsetAndMetadata> committed = committed(admin, pipeline);
        Map<TopicPartition, Long> first = offsets(admin, topic, OffsetSpec.earliest());
        Map<TopicPartition, Long> ends = offsets(admin, topic, OffsetSpec.latest());
        var partitions = new ArrayList<Partition>();
        ends.keySet().stream()
                .sorted(Comparator.comparingInt(TopicPartition::partition))
                .forEach(partition -> {
                    OffsetAndMetadata offset = committed.get(partition);
                    OptionalLong counts = offset != null && StartingOffsets.isOf(offset, id)
                            ? OptionalLong.of(offset.offset())
                            : OptionalLong.empty();
                    partitions.add(new Partition(
                            partition.partition(),
                            counts,
                            first.getOrDefault(partition, 0L),
                            ends.getOrDefault(partition, 0L)));
                });
        return new Standing(topic.name(), id, partitions);
    }

    /** How many partitions there were when the pipeline began; that it goes on as if begun now is right where it never did. */
    private static int first(Admin admin, Pipeline pipeline, Standing seen) {
        for (OffsetAndMetadata offset : committed(admin, pipeline).values()) {
            Optional<Integer> first = offset == null ? Optional.empty() : StartingOffsets.first(offset, seen.topicId());
            if (first.isPresent()) {
                return first.get();
            }
        }
        return seen.partitions().size();
    }

    private static Map<TopicPartition, OffsetAndMetadata> committed(Admin admin, Pipeline pipeline) {
        try {
            return get(admin.listConsumerGroupOffsets(StreamSettings.group(pipeline.name()))
                    .partitionsToOffsetAndMetadata());
        } catch (KafkaAnswerException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return Map.of();
            }
            throw e;
        }
    }

    /** A replica that was stopped in the middle of a transaction could else commit it, and its offsets, after these. */
    private static void fence(Admin admin, Pipeline pipeline) {
        String prefix = StreamSettings.transactionalIds(pipeline.name());
        var options = new ListTransactionsOptions()
                .filterStates(List.of(TransactionState.ONGOING, TransactionState.PREPARE_COMMIT));
        List<String> open = get(admin.listTransactions(options).all()).stream()
                .map(TransactionListing::transactionalId)
                .filter(id -> id.startsWith(prefix)
                        && id.substring(prefix.length()).chars().allMatch(Character::isDigit))
                .toList();
        if (!open.isEmpty()) {
            get(admin.fenceProducers(open).all());
        }
    }

    private static Set<String> members(Admin admin, Pipeline pipeline) {
        String group = StreamSettings.group(pipeline.name());
        try {
            ConsumerGroupDescription description =
                    get(admin.describeConsumerGroups(List.of(group)).all()).get(group);
            return description == null
                    ? Set.of()
                    : description.members().stream()
                            .map(member -> member.groupInstanceId().orElse(member.consumerId()))
                            .collect(Collectors.toCollection(TreeSet::new));
        } catch (KafkaAnswerException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return Set.of();
            }
            throw e;
        }
    }

    private static TopicDescription topic(Admin admin, Pipeline pipeline) {
        String name = pipeline.input().topic();
        try {
            TopicDescription topic =
                    get(admin.describeTopics(List.of(name)).allTopicNames()).get(name);
            if (topic != null) {
                return topic;
            }
        } catch (KafkaAnswerException e) {
            if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                throw e;
            }
        }
        throw new Refusal(InferenceReason.OFFSETS_UNAVAILABLE, "input topic '" + name + "' does not exist");
    }

    private static Map<TopicPartition, Long> offsets(Admin admin, TopicDescription topic, OffsetSpec which) {
        Map<TopicPartition, OffsetSpec> asked = topic.partitions().stream()
                .collect(Collectors.toMap(
                        partition -> new TopicPartition(topic.name(), partition.partition()), _ -> which));
        Map<TopicPartition, ListOffsetsResultInfo> found =
                get(admin.listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                        .all());
        var offsets = new HashMap<TopicPartition, Long>();
        found.forEach((partition, info) -> offsets.put(partition, info.offset()));
        return offsets;
    }

    /** What Kafka answered in the place of what was asked for. */
    static final class KafkaAnswerException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        KafkaAnswerException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    private <T> T ask(Function<Admin, T> work) {
        try (Admin admin = Admin.create(settings.admin())) {
            return work.apply(admin);
        } catch (KafkaAnswerException e) {
            if (e.getCause() instanceof UnknownMemberIdException || e.getCause() instanceof GroupNotEmptyException) {
                throw new Refusal(
                        InferenceReason.PIPELINE_IN_USE, "a replica has joined the group: nothing was changed", e);
            }
            throw new Refusal(InferenceReason.OFFSETS_UNAVAILABLE, "Kafka: " + e.getMessage(), e);
        }
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get(15, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new KafkaAnswerException(String.valueOf(cause.getMessage()), cause);
        } catch (TimeoutException e) {
            throw new KafkaAnswerException("no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaAnswerException("interrupted", e);
        }
    }
}
