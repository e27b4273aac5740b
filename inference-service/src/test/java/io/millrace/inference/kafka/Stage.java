package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.backing.audit.StreamAudit;
import io.millrace.backing.audit.Verdict;
import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.inference.app.PipelineReader;
import io.millrace.inference.app.PipelineStreams.RunningStream;
import io.millrace.inference.app.Scoring;
import io.millrace.inference.app.StreamTally;
import io.millrace.inference.app.StreamTelemetry;
import io.millrace.inference.domain.Pipeline;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A pipeline of its own on the shared broker: its topics, its streams, and the check of what came out against what went in. */
final class Stage implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** So few that polls of the tests are scored in several parts at the same time. */
    private static final int PART_RECORDS = 15;

    private static final int MAX_EVENT_BYTES = 100_000;
    private static final AtomicInteger COUNT = new AtomicInteger();

    final String name = "p" + COUNT.incrementAndGet();
    final String input = name + ".in";
    final String output = name + ".out";
    final String deadLetters = input + ".dlq";
    final StreamTally tally = new StreamTally();
    final Admin admin = Admin.create(Map.of("bootstrap.servers", TestBroker.bootstrapServers()));
    private final KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
            Map.of(
                    "bootstrap.servers",
                    TestBroker.bootstrapServers(),
                    "linger.ms",
                    5,
                    "max.request.size",
                    8 << 20,
                    // A request that hangs or a leader that moved is found after seconds, not after 30 s or 5 min;
                    // retries write nothing twice.
                    "request.timeout.ms",
                    5_000,
                    "metadata.max.age.ms",
                    5_000),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    private final String outputs;
    private final StreamAudit audit;
    private final List<RunningStream> streams = new ArrayList<>();
    private final List<Future<RecordMetadata>> sent = new ArrayList<>();

    /** With the fake scoring. */
    Stage() {
        this(Stage::expected);
    }

    /** @param expected gives null where the test looks itself */
    Stage(StreamAudit.Expectation expected) {
        this.outputs = "output: {topic: " + output + "}";
        this.audit = new StreamAudit(
                new StreamAudit.Stream(TestBroker.bootstrapServers(), name, input, List.of(output), deadLetters),
                expected);
    }

    /** With the fake scoring, and several outputs. */
    Stage(StageRoutes routes) {
        this.outputs = routes.yaml(name, output);
        this.audit = new StreamAudit(
                routes.stream(TestBroker.bootstrapServers(), name, input, output, deadLetters), Stage::expected);
    }

    /** Timeouts for tests: a silent replica is gone after 3 s, its transaction after 4 s. */
    static StreamSettings settings(int ordinal, int pollRecords) {
        return settings(TestBroker.bootstrapServers(), ordinal, pollRecords);
    }

    static StreamSettings settings(String bootstrapServers, int ordinal, int pollRecords) {
        return settings(bootstrapServers, ordinal, pollRecords, Duration.ofSeconds(3));
    }

    static StreamSettings settings(String bootstrapServers, int ordinal, int pollRecords, Duration sessionTimeout) {
        return new StreamSettings(
                bootstrapServers,
                ordinal,
                pollRecords,
                PART_RECORDS,
                sessionTimeout,
                Duration.ofSeconds(4),
                Duration.ofSeconds(20),
                Duration.ofSeconds(2),
                "lz4",
                true,
                MAX_EVENT_BYTES,
                Duration.ofMillis(50),
                Duration.ofMillis(400));
    }

    String yaml(String more) {
        return """
                kind: Pipeline
                name: %s
                input:
                  topic: %s
                  timestamp: {field: at, unit: ms}
                %s
                key: id
                request: {amount: int64}
                model: {name: fake}
                %s
                """.formatted(name, input, more, outputs);
    }

    Pipeline pipeline() {
        return pipeline(yaml(""));
    }

    static Pipeline pipeline(String yaml) {
        var faults = new Faults();
        List<Pipeline> pipelines = PipelineReader.read(List.of(new DefinitionFile("p.yaml", yaml)), faults);
        faults.throwIfAny();
        return pipelines.getFirst();
    }

    RunningStream start(Pipeline pipeline, StreamSettings settings, Scoring scoring) {
        return start(pipeline, settings, scoring, OpenTelemetry.noop());
    }

    RunningStream start(Pipeline pipeline, StreamSettings settings, Scoring scoring, OpenTelemetry traces) {
        var parts = new StreamParts(
                pipeline,
                settings,
                scoring,
                tally,
                StreamTelemetry.NONE,
                traces,
                Clock.systemUTC(),
                null,
                Optional.empty());
        var stream = StreamLoop.start(parts, null);
        streams.add(stream);
        return stream;
    }

    void makeInput(int partitions) {
        make(input, partitions);
    }

    void make(String topic, int partitions) {
        try {
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(partitions), Optional.empty())
                            .configs(Map.of("max.message.bytes", "4000000"))))
                    .all()
                    .get();
            awaitPartitions(topic, partitions);
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until each partition of a topic has a leader. */
    void awaitPartitions(String topic, int partitions) {
        await().until(() -> admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
                        .flatMap(description -> description.partitions().stream())
                        .filter(partition ->
                                partition.leader() != null && !partition.isr().isEmpty())
                        .count()
                == partitions);
    }

    /** Sends events with amounts from {@code from} up; the entity is the amount modulo 37. */
    void send(int from, int count) {
        for (int amount = from; amount < from + count; amount++) {
            event("e" + amount % 37, amount);
        }
    }

    void event(String id, long amount) {
        raw(id, "{\"id\":\"" + id + "\",\"at\":1700000000000,\"amount\":" + amount + "}");
    }

    void raw(@Nullable String key, @Nullable String value) {
        raw(key, value, new RecordHeaders());
    }

    void raw(@Nullable String key, @Nullable String value, RecordHeaders headers) {
        byte[] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
        sent.add(producer.send(new ProducerRecord<>(input, null, null, keyBytes, bytes, headers)));
    }

    /** Sends a record without a key. */
    void bytes(byte[] value) {
        sent.add(producer.send(new ProducerRecord<>(input, value)));
    }

    /** Sends to any topic and waits until it is there. */
    void sendTo(String topic, String value) {
        sendTo(topic, 0, value);
    }

    void sendTo(String topic, int partition, String value) {
        sent.add(producer.send(new ProducerRecord<>(topic, partition, null, value.getBytes(StandardCharsets.UTF_8))));
        flush();
    }

    /** Waits until all that was sent is in the topic. */
    void flush() {
        producer.flush();
        for (Future<RecordMetadata> record : sent) {
            try {
                record.get();
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException(
                        "not all is in " + input + ", which is " + description() + "; the broker says:\n"
                                + TestBroker.log(),
                        e);
            }
        }
        sent.clear();
    }

    private String description() {
        try {
            return admin.describeTopics(List.of(input)).allTopicNames().get().toString();
        } catch (InterruptedException | ExecutionException e) {
            return "not known: " + e;
        }
    }

    /** All committed records of a topic, in their partitions' order; empty where there is no such topic. */
    List<ConsumerRecord<byte[], byte[]>> committed(String topic) {
        var all = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                TestBroker.bootstrapServers(),
                "isolation.level",
                "read_committed",
                "auto.offset.reset",
                "earliest",
                "allow.auto.create.topics",
                false,
                "max.poll.records",
                10_000);
        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.listTopics().getOrDefault(topic, List.of()).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
                consumer.poll(Duration.ofMillis(100)).forEach(all::add);
            }
        }
        return all;
    }

    /** Waits until the pipeline's group has settled with so many members, each with partitions. */
    void awaitMembers(int count) {
        String group = StreamSettings.group(name);
        await().atMost(Duration.ofSeconds(20))
                .ignoreExceptionsMatching(error -> error.getCause() instanceof GroupIdNotFoundException)
                .until(() -> admin.describeConsumerGroups(List.of(group)).all().get().values().stream()
                        .allMatch(description -> description.members().size() == count
                                && description.members().stream().noneMatch(member -> member.assignment()
                                        .topicPartitions()
                                        .isEmpty())));
    }

    /** Sends ten events to each partition and waits until each has the outcome of one of them or of a later one. */
    void awaitOutcomesOfAllPartitionsSince() throws InterruptedException, ExecutionException {
        int partitions = producer.partitionsFor(input).size();
        var first = new long[partitions];
        for (int partition = 0; partition < partitions; partition++) {
            for (int i = 0; i < 10; i++) {
                byte[] value = "{\"id\":\"since\",\"at\":1700000000000,\"amount\":1}".getBytes(StandardCharsets.UTF_8);
                long offset = producer.send(new ProducerRecord<>(input, partition, null, value))
                        .get()
                        .offset();
                first[partition] = i == 0 ? offset : first[partition];
            }
        }
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    audit.outcomes();
                    for (int partition = 0; partition < partitions; partition++) {
                        if (audit.answeredUpTo(partition) < first[partition]) {
                            return false;
                        }
                    }
                    return true;
                });
    }

    /** The source partition of each prediction, in the order in which predictions were written. */
    List<Integer> sourcePartitionsInOrderOfCommit() {
        return committed(output).stream()
                .sorted(Comparator.comparingLong(ConsumerRecord::timestamp))
                .map(record -> json(record).path("source").path("partition").asInt())
                .toList();
    }

    int outcomes() {
        return Math.toIntExact(audit.outcomes());
    }

    Map<String, OffsetAndMetadata> committedOffsets() throws Exception {
        var offsets = new HashMap<String, OffsetAndMetadata>();
        admin.listConsumerGroupOffsets(StreamSettings.group(name))
                .partitionsToOffsetAndMetadata()
                .get()
                .forEach((partition, offset) -> offsets.put(partition.toString(), offset));
        return offsets;
    }

    static String header(ConsumerRecord<?, ?> record, String name) {
        var values = new ArrayList<String>();
        record.headers().headers(name).forEach(h -> values.add(new String(h.value(), StandardCharsets.UTF_8)));
        return String.join(",", values);
    }

    static JsonNode json(ConsumerRecord<byte[], byte[]> record) {
        try {
            return JSON.readTree(record.value());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asserts that each input has exactly one outcome, predictions are right, and the outcomes of each partition are in the order of its inputs. */
    void assertExactlyOnce() {
        Verdict verdict = audit.verdict();
        assertThat(verdict.isClean()).as(verdict.toString()).isTrue();
    }

    /** What the fake scoring makes of an event that can be scored. */
    private static @Nullable String expected(ConsumerRecord<byte[], byte[]> input) {
        if (input.value() == null || input.value().length > MAX_EVENT_BYTES) {
            return "dead letter " + (input.value() == null ? "TOMBSTONE" : "OVERSIZED");
        }
        JsonNode event;
        try {
            event = JSON.readTree(input.value());
        } catch (IOException e) {
            // Avro and Protobuf are no JSON either.
            return new String(input.value(), StandardCharsets.UTF_8).startsWith("poison")
                    ? "dead letter UNDECODABLE"
                    : null;
        }
        boolean whole = event.hasNonNull("id") && event.path("at").isIntegralNumber();
        long amount = event.path("amount").asLong(-1);
        return whole && amount >= 0 ? "prediction " + 2.0 * amount : null;
    }

    void stop(RunningStream stream) {
        stream.stop();
        try {
            assertThat(stream.awaitEnd(Duration.ofSeconds(20))).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        streams.forEach(RunningStream::stop);
        streams.forEach(this::stop);
        audit.close();
        producer.close();
        admin.close();
    }
}
