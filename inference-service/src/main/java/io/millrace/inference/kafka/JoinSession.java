package io.millrace.inference.kafka;

import io.millrace.inference.app.offsets.PipelineOffsets.Standing;
import io.millrace.inference.domain.Output;
import io.millrace.inference.domain.Pipeline.Start;
import io.millrace.inference.domain.label.Held;
import io.millrace.inference.domain.label.LabelJoin;
import io.millrace.inference.domain.label.LabelStream;
import io.millrace.inference.domain.label.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One life of the join of a label stream: takes up its state, then reads predictions, shadows' answers and labels, and writes outcomes, state and offsets in one transaction for what came in a tenth of a second. It ends with the first Kafka error; the next begins with what is committed. Used by one thread.
 */
final class JoinSession implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(JoinSession.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration CLOSE = Duration.ofSeconds(5);
    private static final Duration LOOK_AT_TOPICS = Duration.ofSeconds(10);

    private final LabelParts parts;
    private final LabelTopics topics;
    private final Supplier<ConsumerGroupMetadata> membership;
    private final LabelJoin join;
    private final JoinOutputs outputs;
    private final JoinInputs inputs;
    private final Map<String, TopicDescription> sources;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> timed = new ArrayList<>();

    /** Ids by name of the topics whose partitions move time. */
    private final Map<String, String> timedTopics = new HashMap<>();

    private final List<TopicPartition> shadows = new ArrayList<>();
    private final Map<TopicPartition, Long> committed = new HashMap<>();
    private long lookedAtTopics = System.nanoTime();

    /** When what is not committed began to be gathered, {@link System#nanoTime}; 0 where nothing is. */
    private long gathered;

    private long uncommitted;
    private volatile long lag = -1;

    /** @param membership of the owner: with another's, nothing can be committed any more */
    JoinSession(LabelParts parts, LabelTopics topics, Supplier<ConsumerGroupMetadata> membership) {
        this.parts = parts;
        this.topics = topics;
        this.membership = membership;
        LabelStream labels = parts.labels();
        LabelSettings settings = parts.settings();
        String name = labels.name();
        String stateTopic = LabelSettings.state(name);
        this.outputs = new JoinOutputs(LabelSettings.outcomes(name), stateTopic);
        this.join =
                new LabelJoin(labels.join(), labels.delay(), settings.disorder(labels), settings.maxWaiting(), outputs);
        this.inputs = new JoinInputs(
                parts,
                join,
                outputs,
                (record, faulty) -> outputs.dead(
                        DeadLetters.of(deadLetters(labels), "labels", name, record, faulty.reason(), faulty.detail())));
        this.sources = sources();
        topics.ensure(
                deadLetters(labels), source(labels.input().topic()).partitions().size(), Map.of());
        topics.ensure(stateTopic, 1, LabelSettings.stateTopic());
        this.producer =
                new KafkaProducer<>(settings.producer(name), new ByteArraySerializer(), new ByteArraySerializer());
        try {
            producer.initTransactions();
            this.consumer = new KafkaConsumer<>(
                    settings.joiner(name), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        } catch (RuntimeException e) {
            producer.close(CLOSE);
            throw e;
        }
    }

    /** Joins until told to stop, or until there are other topics or partitions. */
    void run(BooleanSupplier stopping, Runnable running) {
        Standing events = topics.standing(parts.pipeline());
        timedTopics.put(events.topic(), events.topicId());
        String labelTopic = parts.labels().input().topic();
        timedTopics.put(labelTopic, source(labelTopic).topicId().toString());
        JoinState.@Nullable Time time = restore(stopping);
        assign(time == null ? Map.of() : time.topics());
        events.partitions().forEach(partition -> join.expect(ReadToEnd.scored(events.topic(), partition.partition())));
        var read = new ReadToEnd(
                topics,
                parts.pipeline(),
                timed,
                timed.stream()
                        .filter(partition -> partition.topic().equals(labelTopic))
                        .map(TopicPartition::toString)
                        .collect(Collectors.toSet()));
        while (!stopping.getAsBoolean()) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                inputs.take(record);
            }
            if (!isBehindOnShadows()) {
                ReadToEnd.Known known =
                        read.known(consumer::position, join.time().newest());
                join.advance(nothingMore(known), known.newest());
            }
            align();
            if (gathered == 0 && (!records.isEmpty() || !outputs.isEmpty())) {
                gathered = System.nanoTime();
            }
            uncommitted += records.count();
            if (gathered != 0
                    && (System.nanoTime() - gathered >= StreamSettings.GATHERED.toNanos()
                            || uncommitted >= parts.settings().streams().pollRecords())) {
                commit();
            }
            lag = timed.stream()
                    .mapToLong(partition -> consumer.currentLag(partition).orElse(0))
                    .sum();
            parts.telemetry().waiting(parts.labels().name(), join.knownPredictions(), join.waitingLabels(), lag);
            running.run();
            if (System.nanoTime() - lookedAtTopics > LOOK_AT_TOPICS.toNanos()) {
                lookedAtTopics = System.nanoTime();
                if (!isSame(sources())) {
                    LOG.infof(
                            "Labels %s: their topics have changed",
                            parts.labels().name());
                    return;
                }
            }
        }
    }

    @Override
    public void close() {
        producer.close(CLOSE);
        consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(CLOSE));
    }

    private static String deadLetters(LabelStream labels) {
        return labels.input().topic() + ".dlq";
    }

    /** The topics that are read. Shadows' answers may have none yet. */
    private Map<String, TopicDescription> sources() {
        var found = new TreeMap<String, TopicDescription>();
        var wanted = new HashSet<String>(
                parts.pipeline().outputs().stream().map(Output::topic).toList());
        wanted.add(parts.labels().input().topic());
        for (String topic : wanted) {
            found.put(
                    topic,
                    topics.find(topic)
                            .orElseThrow(
                                    () -> new StreamStalledException("topic '" + topic + "' does not exist", null)));
        }
        topics.find(KafkaShadowLog.TOPIC).ifPresent(topic -> found.put(KafkaShadowLog.TOPIC, topic));
        return found;
    }

    private boolean isSame(Map<String, TopicDescription> now) {
        return now.keySet().equals(sources.keySet())
                && now.entrySet().stream()
                        .allMatch(topic -> source(topic.getKey())
                                        .topicId()
                                        .equals(topic.getValue().topicId())
                                && source(topic.getKey()).partitions().size()
                                        == topic.getValue().partitions().size());
    }

    private TopicDescription source(String topic) {
        return Optional.ofNullable(sources.get(topic)).orElseThrow();
    }

    /** Takes up what was kept; gives the time that it was kept with, or null where nothing was. */
    private JoinState.@Nullable Time restore(BooleanSupplier stopping) {
        var values = new LinkedHashMap<String, byte[]>();
        String name = parts.labels().name();
        read(new TopicPartition(LabelSettings.state(name), 0), 0, stopping, record -> {
            String key = new String(record.key(), StandardCharsets.UTF_8);
            values.remove(key);
            if (record.value() != null) {
                values.put(key, record.value());
            }
        });
        try {
            byte[] time = values.remove(new String(JoinState.timeKey(), StandardCharsets.UTF_8));
            JoinState.Time restored = time == null ? null : JoinState.time(time);
            if (restored != null) {
                join.restored(known(restored), restored.now(), restored.settled());
            }
            var held = new ArrayList<Held>();
            for (Map.Entry<String, byte[]> value : values.entrySet()) {
                Held each = JoinState.held(value.getKey(), value.getValue());
                if (each != null) {
                    held.add(each);
                }
            }
            held.stream()
                    .sorted(java.util.Comparator.comparingLong(Held::order))
                    .forEach(join::restored);
            long from = restored == null ? 0 : restored.outcomes();
            outputs.restoredTo(
                    read(new TopicPartition(LabelSettings.outcomes(name), 0), from, stopping, this::restoreOutcome));
            return restored;
        } catch (IOException e) {
            throw new StreamStalledException("the state of the join cannot be read: " + e.getMessage(), e);
        }
    }

    private void restoreOutcome(ConsumerRecord<byte[], byte[]> record) {
        try {
            Outcome outcome = OutcomeJson.read(record.value());
            join.restored(outcome);
            outputs.restored(outcome, record.offset());
        } catch (IOException e) {
            throw new StreamStalledException(
                    record.topic() + " holds at offset " + record.offset() + " what is no outcome", e);
        }
    }

    /** The times of partitions that still move time, of topics that were not made again. */
    private Map<String, Long> known(JoinState.Time time) {
        var known = new HashMap<String, Long>();
        time.partitions().forEach((partition, micros) -> {
            String topic = ReadToEnd.topic(partition);
            if (timedTopics.containsKey(topic)
                    && timedTopics.get(topic).equals(time.topics().get(topic))) {
                known.put(partition, micros);
            }
        });
        return known;
    }

    private interface Taking {
        void take(ConsumerRecord<byte[], byte[]> record);
    }

    /** Reads a partition from an offset to its end, which it gives. */
    private long read(TopicPartition partition, long from, BooleanSupplier stopping, Taking taking) {
        consumer.assign(List.of(partition));
        long first = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
        long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        consumer.seek(partition, Math.min(end, Math.max(first, from)));
        while (consumer.position(partition) < end) {
            if (stopping.getAsBoolean()) {
                throw new StreamStalledException("stopping", null);
            }
            consumer.poll(POLL).forEach(taking::take);
        }
        return end;
    }

    /** Goes on behind the committed offsets. A partition without one begins where the definition says, or at its first record where it is new beside others. */
    private void assign(Map<String, String> topicIds) {
        for (TopicDescription source : sources.values()) {
            boolean isShadow = source.name().equals(KafkaShadowLog.TOPIC);
            source.partitions().forEach(partition -> {
                var each = new TopicPartition(source.name(), partition.partition());
                (isShadow ? shadows : timed).add(each);
                if (each.topic().equals(parts.labels().input().topic())) {
                    join.expect(each.toString());
                }
            });
        }
        Set<TopicPartition> all = new HashSet<>(timed);
        all.addAll(shadows);
        consumer.assign(all);
        Map<TopicPartition, OffsetAndMetadata> offsets = consumer.committed(all);
        Map<TopicPartition, Long> first = consumer.beginningOffsets(all);
        Map<TopicPartition, Long> end = consumer.endOffsets(all);
        boolean latest = topicIds.isEmpty() && parts.labels().input().start() == Start.LATEST;
        for (TopicPartition partition : all) {
            long beginning = first.getOrDefault(partition, 0L);
            OffsetAndMetadata offset = offsets.get(partition);
            boolean isOurs = source(partition.topic()).topicId().toString().equals(topicIds.get(partition.topic()));
            long last = offset == null || !isOurs ? -1 : offset.offset();
            long from = last >= 0 ? last : latest ? end.getOrDefault(partition, 0L) : beginning;
            if (from < beginning) {
                LOG.warnf(
                        "Labels %s: %d records of %s are gone that were not joined",
                        parts.labels().name(), beginning - from, partition);
            }
            consumer.seek(partition, Math.max(beginning, from));
            committed.put(partition, last);
        }
    }

    /** Partitions of what is neither read nor scored any more have nothing more either. */
    private Set<String> nothingMore(ReadToEnd.Known known) {
        var nothing = new HashSet<>(join.time().partitions().keySet());
        nothing.removeIf(partition -> timedTopics.containsKey(ReadToEnd.topic(partition))
                && !known.partitions().contains(partition));
        return nothing;
    }

    private boolean isBehindOnShadows() {
        long most = parts.settings().streams().pollRecords();
        return shadows.stream()
                .anyMatch(partition -> consumer.currentLag(partition).orElse(most + 1) > most);
    }

    /** Lets partitions that are far ahead in event time wait for those that have more to read, so that what waits for them stays little. */
    private void align() {
        long least = Long.MAX_VALUE;
        for (TopicPartition partition : timed) {
            if (consumer.currentLag(partition).orElse(1) > 0) {
                least = Math.min(least, inputs.time(partition));
            }
        }
        long most = least == Long.MAX_VALUE
                ? Long.MAX_VALUE
                : least + Math.max(1, parts.labels().delay().toMillis() * 250);
        var ahead = new HashSet<TopicPartition>();
        var others = new HashSet<TopicPartition>();
        for (TopicPartition partition : timed) {
            (inputs.time(partition) > most ? ahead : others).add(partition);
        }
        pause(ahead, others);
    }

    private void pause(Collection<TopicPartition> ahead, Collection<TopicPartition> others) {
        Set<TopicPartition> paused = consumer.paused();
        if (!paused.equals(ahead)) {
            consumer.resume(others);
            consumer.pause(ahead);
        }
    }

    private void commit() {
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        for (TopicPartition partition : consumer.assignment()) {
            long position = consumer.position(partition);
            if (position != committed.getOrDefault(partition, -1L)) {
                offsets.put(partition, new OffsetAndMetadata(position));
            }
        }
        var ids = new HashMap<>(timedTopics);
        sources.forEach((name, topic) -> ids.put(name, topic.topicId().toString()));
        producer.beginTransaction();
        outputs.send(
                producer,
                new JoinState.Time(
                        join.time().now(),
                        join.settled(),
                        outputs.floor(join.settled()),
                        join.time().partitions(),
                        ids));
        producer.sendOffsetsToTransaction(offsets, membership.get());
        producer.commitTransaction();
        offsets.forEach((partition, offset) -> committed.put(partition, offset.offset()));
        parts.telemetry().joined(parts.labels().name(), outputs.outcomes(), outputs.leftOut());
        outputs.committed();
        gathered = 0;
        uncommitted = 0;
    }
}
