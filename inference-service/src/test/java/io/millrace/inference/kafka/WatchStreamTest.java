package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.inference.app.watch.ReferenceFiles;
import io.millrace.inference.app.watch.References;
import io.millrace.inference.app.watch.UpstreamStates;
import io.millrace.inference.app.watch.WatchSettings;
import io.millrace.inference.app.watch.WatchStreams.Running;
import io.millrace.inference.app.watch.WatchTelemetry;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.watch.DriftReport;
import io.millrace.models.kernel.random.Seeded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Watches on a real broker: what is read, kept and told. */
class WatchStreamTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LONG = Duration.ofSeconds(90);
    private static final Instant START = Instant.parse("2026-03-02T00:00:00Z");
    private static final int AN_HOUR = 250;

    private final List<Running> running = new ArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final WatchParts parts = new WatchParts(
            Stage.settings(0, 500),
            new WatchSettings(
                    Duration.ofHours(1), 500, 6, 200, 500, 0, Duration.ofMinutes(5), 0.0001, 0.1, 0.05, 0.6, 200),
            1_000_000,
            Duration.ofMillis(300),
            new References(ReferenceFiles.NONE),
            UpstreamStates.NONE,
            WatchTelemetry.NONE,
            Clock.systemUTC());

    @AfterEach
    void end() throws Exception {
        running.forEach(Running::stop);
        for (Running each : running) {
            each.awaitEnd(Duration.ofSeconds(30));
        }
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    /** A pipeline's output with predictions of so many hours; the same ones for each. */
    private final class Output {
        final String name = "w" + UUID.randomUUID().toString().substring(0, 8);
        final Pipeline pipeline = Stage.pipeline("""
                kind: Pipeline
                name: %s
                input: {topic: %s.in, timestamp: {field: at, unit: ms}}
                key: id
                entity: {user: id}
                features: ["v:a", "v:b"]
                model: {name: m}
                output: {topic: %s.out}
                """.formatted(name, name, name));
        private final Seeded random = new Seeded(5);
        private final KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", TestBroker.bootstrapServers(), "linger.ms", 5),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        private long offset;

        Output() {
            open.add(producer);
            try (var stage = new Stage()) {
                stage.make(name + ".out", 1);
            }
        }

        void hours(int from, int to, double shift) {
            for (int hour = from; hour < to; hour++) {
                for (int i = 0; i < AN_HOUR; i++) {
                    Instant at = START.plus(Duration.ofHours(hour)).plusSeconds(3_600L * i / AN_HOUR);
                    double a = random.gaussian() + shift;
                    byte[] value = """
                            {"pipeline":"%s","entity":{"user":"u"},"key":"k","prediction":%s,"timestamp":"%s","as_of":"%s",
                            "model":{"name":"m","version":"1","digest":"d"},
                            "features":{"values":{"v:a":%s,"v:b":%s},"event_times":{"v:a":"%s"},"imputed":[],"complete":true,"hash":"h","positions":[]},
                            "source":{"topic":"%s.in","partition":0,"offset":%d}}""".formatted(
                                    name, random.uniform(), at, at, a, random.gaussian(), at, name, offset++)
                            .getBytes(StandardCharsets.UTF_8);
                    producer.send(new ProducerRecord<>(name + ".out", 0, null, value));
                }
            }
            producer.send(new ProducerRecord<>(
                    name + ".out", 0, null, "{\"no\":\"prediction\"}".getBytes(StandardCharsets.UTF_8)));
            producer.flush();
        }

        Running watched() {
            Running watch = new KafkaWatchStreams(parts).start(pipeline, null);
            running.add(watch);
            return watch;
        }

        void stop(Running watch) throws InterruptedException {
            watch.stop();
            assertThat(watch.awaitEnd(Duration.ofSeconds(60))).isTrue();
        }

        /** What was told of it, without its name. */
        List<JsonNode> told() {
            return events().stream()
                    .filter(event -> event.path("subject").asText().startsWith(name + "/"))
                    .toList();
        }
    }

    private static List<JsonNode> events() {
        var partitions = new HashSet<TopicPartition>();
        var events = new ArrayList<JsonNode>();
        Map<String, Object> config = new HashMap<>(
                Map.of("bootstrap.servers", TestBroker.bootstrapServers(), "isolation.level", "read_committed"));
        config.put("allow.auto.create.topics", false);
        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.listTopics()
                    .getOrDefault(KafkaEventLog.TOPIC, List.of())
                    .forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> events.add(json(record.value())));
            }
        }
        return events;
    }

    private static JsonNode json(byte[] value) {
        try {
            return JSON.readTree(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DriftReport reported(KafkaDriftReports reports, String pipeline, Instant asOf) {
        return await().atMost(LONG)
                .until(
                        () -> reports.find(pipeline).orElse(null),
                        report -> report != null
                                && report.asOf() != null
                                && !report.asOf().isBefore(asOf));
    }

    private static Instant hour(int hour) {
        return START.plus(Duration.ofHours(hour));
    }

    @Test
    void aStationaryStreamRaisesNothingAndAShiftedFeatureOneEventThatNamesItWhetherTheWatchWasStoppedOrNot()
            throws Exception {
        var reports = new KafkaDriftReports(parts);
        open.add(reports);
        var whole = new Output();
        var broken = new Output();
        Running first = broken.watched();
        whole.watched();
        for (Output output : Set.of(whole, broken)) {
            output.hours(0, 8, 0);
        }
        DriftReport still = reported(reports, whole.name, hour(7));
        assertThat(still.versions()).singleElement().satisfies(version -> {
            assertThat(version.reference()).isEqualTo("observed");
            assertThat(version.incident()).isNull();
            assertThat(version.features()).hasSize(2);
        });
        assertThat(whole.told()).isEmpty();
        reported(reports, broken.name, hour(7));
        broken.stop(first);

        for (Output output : Set.of(whole, broken)) {
            output.hours(8, 9, 2);
        }
        Running second = broken.watched();
        reported(reports, broken.name, hour(8));
        broken.stop(second);
        for (Output output : Set.of(whole, broken)) {
            output.hours(9, 11, 2);
        }
        broken.watched();
        for (Output output : Set.of(whole, broken)) {
            DriftReport moved = reported(reports, output.name, hour(10));
            assertThat(moved.versions().getFirst().incident()).isNotNull();
            assertThat(output.told()).singleElement().satisfies(event -> {
                assertThat(event.path("type").asText()).isEqualTo("io.millrace.drift.found");
                assertThat(event.at("/data/since").asText()).isEqualTo("2026-03-02T08:00:00Z");
                assertThat(event.at("/data/moved/0/name").asText()).isEqualTo("v:a");
                assertThat(event.at("/data/rows").asLong()).isEqualTo(2 * AN_HOUR);
            });
        }
        assertThat(withoutName(broken)).isEqualTo(withoutName(whole));

        for (Output output : Set.of(whole, broken)) {
            output.hours(11, 16, 0);
            reported(reports, output.name, hour(15));
            assertThat(output.told())
                    .extracting(event -> event.path("type").asText())
                    .startsWith("io.millrace.drift.found")
                    .endsWith("io.millrace.drift.ended")
                    .containsOnlyOnce("io.millrace.drift.ended");
        }
        assertThat(withoutName(broken)).isEqualTo(withoutName(whole));
    }

    private static List<String> withoutName(Output output) {
        return output.told().stream()
                .map(event -> event.path("id").asText() + event.path("data"))
                .map(text -> text.replace(output.name, "P"))
                .toList();
    }

    @Test
    void ofTwoReplicasOneWatchesAndTheOtherTakesOver() throws Exception {
        var reports = new KafkaDriftReports(parts);
        open.add(reports);
        var output = new Output();
        Running one = output.watched();
        output.hours(0, 5, 0);
        reported(reports, output.name, hour(4));
        var others = new WatchParts(
                Stage.settings(1, 500),
                parts.settings(),
                parts.rowsPerSecond(),
                parts.keepWithin(),
                parts.references(),
                parts.upstream(),
                parts.telemetry(),
                parts.clock());
        Running other = new KafkaWatchStreams(others).start(output.pipeline, null);
        running.add(other);
        await().atMost(LONG)
                .until(() -> one.status().owned() != other.status().owned()
                        && other.status().reason().isEmpty());
        Running owner = one.status().owned() ? one : other;
        Running waiting = owner == one ? other : one;
        output.stop(owner);
        output.hours(5, 8, 0);
        reported(reports, output.name, hour(7));
        assertThat(waiting.status().owned()).isTrue();
        await().atMost(LONG).untilAsserted(() -> assertThat(reports.find(output.name))
                .get()
                .extracting(DriftReport::rows)
                .as("each prediction once")
                .isEqualTo(8L * AN_HOUR));
    }
}
