package io.millrace.inference.kafka;

import io.millrace.features.kernel.format.SchemaRegistry;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.replay.PredictionLog;
import io.millrace.inference.app.replay.RecordPlace;
import io.millrace.inference.domain.Pipeline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Reads single committed records: predictions and the events that they were made of. Thread-safe. */
public final class KafkaPredictionLog implements PredictionLog {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = RecordConsumer.PATIENCE;
    private static final int TRIES_PER_DRAW = 20;

    private final StreamSettings settings;
    private final Optional<SchemaRegistry> schemas;

    /** @param schemas the schema registry, where there is one */
    public KafkaPredictionLog(StreamSettings settings, Optional<SchemaRegistry> schemas) {
        this.settings = settings;
        this.schemas = schemas;
    }

    @Override
    public Reader open() {
        return new Records();
    }

    @Override
    public Sample sample(String topic, int count, long seed) {
        try (var records = new Records()) {
            return records.sample(topic, count, new Random(seed));
        }
    }

    /** One consumer without a group. */
    private final class Records implements Reader {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final Map<String, Optional<String>> topicIds = new HashMap<>();
        private final Map<String, EventDecoder> decoders = new HashMap<>();

        Records() {
            this.consumer = RecordConsumer.open(settings.bootstrapServers(), 1, 1 << 16);
        }

        @Override
        public Recorded prediction(RecordPlace place) {
            return RecordConsumer.asking(() -> switch (find(place)) {
                case Found.Gone(var why) -> new Recorded.Gone(why);
                case Found.Record(var record) -> parsed(place, record);
            });
        }

        @Override
        public SourceEvent event(Pipeline pipeline, RecordPlace place, String topicId) {
            return RecordConsumer.asking(() -> {
                Optional<String> now = topicIds.computeIfAbsent(place.topic(), KafkaPredictionLog.this::topicId);
                if (!topicId.isEmpty() && now.isPresent() && !now.get().equals(topicId)) {
                    return new SourceEvent.Gone("topic '" + place.topic()
                            + "' was deleted and made again since: the event was in the old one");
                }
                return switch (find(place)) {
                    case Found.Gone(var why) -> new SourceEvent.Gone(why);
                    case Found.Record(var record) -> decoded(pipeline, record);
                };
            });
        }

        Sample sample(String topic, int count, Random random) {
            return RecordConsumer.asking(() -> {
                List<TopicPartition> partitions = partitions(topic);
                Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
                Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
                long population = partitions.stream()
                        .mapToLong(partition -> ends.getOrDefault(partition, 0L) - first.getOrDefault(partition, 0L))
                        .sum();
                Set<RecordPlace> drawn = new LinkedHashSet<>();
                long tries = Math.min(population, count) * TRIES_PER_DRAW;
                for (long i = 0; i < tries && drawn.size() < Math.min(population, count); i++) {
                    long at = random.nextLong(population);
                    for (TopicPartition partition : partitions) {
                        long begin = first.getOrDefault(partition, 0L);
                        long size = ends.getOrDefault(partition, 0L) - begin;
                        if (at < size) {
                            nextFrom(partition, begin + at, begin + size)
                                    .ifPresent(record -> drawn.add(
                                            new RecordPlace(record.topic(), record.partition(), record.offset())));
                            break;
                        }
                        at -= size;
                    }
                }
                return new Sample(new ArrayList<>(drawn), population);
            });
        }

        @Override
        public void close() {
            consumer.close();
        }

        private List<TopicPartition> partitions(String topic) {
            List<PartitionInfo> partitions = consumer.listTopics().getOrDefault(topic, List.of());
            if (partitions.isEmpty()) {
                throw new Refusal(InferenceReason.OFFSETS_UNAVAILABLE, "topic '" + topic + "' does not exist");
            }
            return partitions.stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .sorted(Comparator.comparingInt(TopicPartition::partition))
                    .toList();
        }

        private Found find(RecordPlace place) {
            boolean isThere = consumer.listTopics().getOrDefault(place.topic(), List.of()).stream()
                    .anyMatch(partition -> partition.partition() == place.partition());
            if (!isThere) {
                return new Found.Gone(
                        "topic '" + place.topic() + "' has no partition " + place.partition() + ", or does not exist");
            }
            var partition = new TopicPartition(place.topic(), place.partition());
            long first = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            if (place.offset() < first) {
                return new Found.Gone(
                        place + " is gone: the retention of its topic left what is at " + first + " and behind");
            }
            if (place.offset() >= end) {
                return new Found.Gone(place + " is not there: the partition ends at " + end);
            }
            Optional<ConsumerRecord<byte[], byte[]>> record = nextFrom(partition, place.offset(), end);
            if (record.isEmpty() || record.get().offset() != place.offset()) {
                return new Found.Gone(place
                        + " is no record: a transaction's marker, an aborted record, or one that was compacted away");
            }
            return new Found.Record(record.get());
        }

        /** The first committed record at or behind an offset; empty where there is none before {@code end}. */
        private Optional<ConsumerRecord<byte[], byte[]>> nextFrom(TopicPartition partition, long offset, long end) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, offset);
            long until = System.nanoTime() + PATIENCE.toNanos();
            while (System.nanoTime() < until && consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    return Optional.of(record);
                }
            }
            return Optional.empty();
        }

        private Recorded parsed(RecordPlace place, ConsumerRecord<byte[], byte[]> record) {
            if (record.value() == null) {
                return new Recorded.Gone(place + " has no value: it is no prediction");
            }
            try {
                return new Recorded.Prediction(PredictionParser.read(record.value()));
            } catch (IOException e) {
                return new Recorded.Gone(place + " is no prediction of a pipeline: " + e.getMessage());
            }
        }

        private SourceEvent decoded(Pipeline pipeline, ConsumerRecord<byte[], byte[]> record) {
            EventDecoder decoder = decoders.computeIfAbsent(
                    pipeline.name() + pipeline.digest(),
                    _ -> new EventDecoder(pipeline, settings.maxEventBytes(), schemas));
            return switch (decoder.decode(record.value())) {
                case DecodedEvent.Faulty faulty -> new SourceEvent.Faulty(faulty.reason() + ": " + faulty.detail());
                case DecodedEvent.Event event ->
                    new SourceEvent.Event(event.key(), event.timestampMicros(), event.row());
            };
        }
    }

    /** A record, or why there is none. */
    private sealed interface Found {
        record Record(ConsumerRecord<byte[], byte[]> record) implements Found {}

        record Gone(String why) implements Found {}
    }

    private Optional<String> topicId(String topic) {
        try (Admin admin = Admin.create(settings.admin())) {
            TopicDescription description = admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .get(topic);
            return Optional.ofNullable(description).map(each -> each.topicId().toString());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw new KafkaException(e.getCause());
        } catch (TimeoutException e) {
            throw new KafkaException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException(e);
        }
    }
}
