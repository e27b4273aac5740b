package io.millrace.features.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.definitions.DefinitionFile;
import io.millrace.features.app.EventTimeBound;
import io.millrace.features.app.HistoryStore;
import io.millrace.features.app.IngestionReport.State;
import io.millrace.features.app.Projectors;
import io.millrace.features.app.Views;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.definition.FeatureViewReader;
import io.millrace.features.kernel.format.SchemaRegistry;
import io.millrace.features.schemas.FakeRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is wrong with records and with what they need, against a real broker: each has one outcome, and none stalls its partition or is skipped. */
class SourceFaultsTest {
    private static final String AT = "2026-03-02T09:00:00Z";
    private static final String SCHEMA = "{\"type\": \"record\", \"name\": \"Click\", \"fields\": ["
            + "{\"name\": \"user\", \"type\": \"long\"},"
            + "{\"name\": \"at\", \"type\": {\"type\": \"long\", \"logicalType\": \"timestamp-millis\"}},"
            + "{\"name\": \"amount\", \"type\": \"double\"}, {\"name\": \"kind\", \"type\": \"string\"}]}";

    private final TestLoops loops = new TestLoops();
    private final HistoryStore store = new HistoryStore();
    private String topic = "clicks-" + UUID.randomUUID();

    @AfterEach
    void stop() {
        loops.close();
    }

    private FeatureView view(String more, DefinitionFile... schemas) {
        String yaml = Views.activity("v" + Math.abs(topic.hashCode()), "v1", topic) + more;
        var files = new ArrayList<DefinitionFile>(List.of(schemas));
        files.add(new DefinitionFile("clicks.yaml", yaml));
        return new FeatureViewReader().read(files).getFirst();
    }

    private FeatureView avro() {
        FeatureView json = view("");
        String yaml = json.yaml().replace("format: json", "format: avro, schema: click.avsc".replace(", ", "\n  "));
        return new FeatureViewReader()
                .read(List.of(new DefinitionFile("clicks.yaml", yaml), new DefinitionFile("click.avsc", SCHEMA)))
                .getFirst();
    }

    private ViewIngestion start(FeatureView view, HistoryStore into, Optional<SchemaRegistry> registry) {
        var readers = new Readers(
                new Projectors(registry),
                new EventTimeBound(Duration.ofHours(1)),
                InstantSource.system(),
                loops.config);
        return loops.start(view, topic, into, () -> readers.online(view));
    }

    private void awaitCaughtUp(ViewIngestion loop) throws Exception {
        loops.awaitCaughtUp(loop, topic);
    }

    private void awaitState(ViewIngestion loop, State state) {
        await().atMost(TestLoops.PATIENCE)
                .untilAsserted(() -> assertThat(loop.condition().state()).isEqualTo(state));
    }

    private static List<Double> amounts(HistoryStore of) {
        return of.applied().stream()
                .flatMap(event -> event.fields().stream())
                .filter(FeatureValue.Real.class::isInstance)
                .map(value -> ((FeatureValue.Real) Objects.requireNonNull(value)).value())
                .toList();
    }

    private static String event(String at, double amount) {
        return "{\"user\": 1, \"at\": \"" + at + "\", \"amount\": " + amount + ", \"kind\": \"click\"}";
    }

    private List<String> deadLetters() {
        return TestBroker.records(topic + ".dlq").stream()
                .map(record -> TestBroker.header(record, "millrace.reason") + "@"
                        + TestBroker.header(record, "millrace.source-offset"))
                .toList();
    }

    /** A transaction that is committed can be read a moment later. */
    private void awaitDeadLetters(String... reasonsAtOffsets) {
        await().atMost(TestLoops.PATIENCE)
                .untilAsserted(() -> assertThat(deadLetters()).containsExactly(reasonsAtOffsets));
    }

    private void send(byte @Nullable [] key, byte @Nullable [] value, @Nullable Long timestamp) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", TestBroker.bootstrap(), "max.request.size", 8 << 20),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, 0, timestamp, key, value)).get(30, TimeUnit.SECONDS);
        }
    }

    private static byte[] click(int schema, double amount) {
        var bytes = new java.io.ByteArrayOutputStream();
        bytes.writeBytes(new byte[] {0, 0, 0, 0, (byte) schema, 2});
        long zigzag = 2 * Instant.parse(AT).toEpochMilli();
        while (zigzag > 0x7F) {
            bytes.write((int) (zigzag & 0x7F | 0x80));
            zigzag >>>= 7;
        }
        bytes.write((int) zigzag);
        bytes.writeBytes(java.nio.ByteBuffer.allocate(8)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .putDouble(amount)
                .array());
        bytes.writeBytes(new byte[] {2, 'x'});
        return bytes.toByteArray();
    }

    @Test
    void lateEventsAreCountedAndDeadLetteredAndTheVerdictSurvivesRestartsAndARebuild() throws Exception {
        TestBroker.createTopic(topic, 1);
        FeatureView view = view("allowed-lateness: 10m\n");
        ViewIngestion loop = start(view, store, Optional.empty());
        TestBroker.produce(topic, 0, event("2026-03-02T09:00:00Z", 1), event("2026-03-02T08:50:00Z", 2));
        TestBroker.produce(topic, 0, event("2026-03-02T08:49:59.999999Z", 3), "{poison");
        awaitCaughtUp(loop);
        loop.stop();
        TestBroker.produce(topic, 0, event("2026-03-02T08:49:59Z", 4), event("2026-03-02T09:05:00Z", 5));
        ViewIngestion second = start(view, store, Optional.empty());
        awaitCaughtUp(second);
        second.stop();
        TestBroker.produce(topic, 0, event("2026-03-02T08:54:59Z", 6), event("2026-03-02T08:55:00Z", 7));

        var rebuilt = new HistoryStore();
        awaitCaughtUp(start(view, rebuilt, Optional.empty()));
        assertThat(amounts(store)).containsExactly(1.0, 2.0, 5.0);
        assertThat(amounts(rebuilt)).containsExactly(1.0, 2.0, 5.0, 7.0);
        awaitDeadLetters("LATE@2", "NOT_JSON@3", "LATE@4", "LATE@6");
        assertThat(loop.counts().deadLettered.sum()).isEqualTo(2);
        assertThat(loop.counts().reasons()).containsEntry("LATE", 1L).containsEntry("NOT_JSON", 1L);
    }

    @Test
    void anEventIsOfTheFutureByItsArrivalSoThatARebuildJudgesAsTheFirstReadingDid() throws Exception {
        TestBroker.createTopic(topic, 1);
        long arrival = Instant.parse("2026-03-02T08:00:00Z").toEpochMilli();
        send(null, event("2026-03-02T09:00:00Z", 1).getBytes(StandardCharsets.UTF_8), arrival);
        send(null, event("2026-03-02T09:00:00.000001Z", 2).getBytes(StandardCharsets.UTF_8), arrival);
        ViewIngestion loop = start(view(""), store, Optional.empty());
        awaitCaughtUp(loop);

        assertThat(amounts(store)).containsExactly(1.0);
        awaitDeadLetters("EVENT_TIME_IN_FUTURE@1");
    }

    @Test
    void aNullKeyATombstoneAndAnOversizedRecordHaveOneOutcomeEach() throws Exception {
        TestBroker.createTopic(topic, 1);
        try (var admin = TestBroker.admin()) {
            var resource = new org.apache.kafka.common.config.ConfigResource(
                    org.apache.kafka.common.config.ConfigResource.Type.TOPIC, topic);
            var larger = new org.apache.kafka.clients.admin.AlterConfigOp(
                    new org.apache.kafka.clients.admin.ConfigEntry("max.message.bytes", "8388608"),
                    org.apache.kafka.clients.admin.AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(resource, List.of(larger)))
                    .all()
                    .get();
        }
        var oversized = new byte[3 << 20];
        Arrays.fill(oversized, (byte) ' ');
        send(null, event(AT, 1).getBytes(StandardCharsets.UTF_8), null);
        send("k".getBytes(StandardCharsets.UTF_8), null, null);
        send("k".getBytes(StandardCharsets.UTF_8), oversized, null);
        send(null, new byte[0], null);
        send(null, event(AT, 2).getBytes(StandardCharsets.UTF_8), null);
        awaitCaughtUp(start(view(""), store, Optional.empty()));

        assertThat(amounts(store)).containsExactly(1.0, 2.0);
        awaitDeadLetters("TOO_LARGE@2", "NOT_JSON@3");
        ConsumerRecord<byte[], byte[]> large =
                TestBroker.records(topic + ".dlq").getFirst();
        assertThat(large.value()).as("its bytes stay in the source").isNull();
        assertThat(TestBroker.header(large, "millrace.detail")).contains("too large for the dead-letter topic");
    }

    @Test
    void jsonWithoutMeasureIsADeadLetter() throws Exception {
        TestBroker.createTopic(topic, 1);
        String deep =
                event(AT, 1).replace("\"user\"", "\"unused\": " + "[".repeat(1001) + "]".repeat(1001) + ", \"user\"");
        String longText = event(AT, 1).replace("click", "x".repeat(100_000));
        String longNumber = event(AT, 1).replace("1.0", "1".repeat(1001));
        TestBroker.produce(topic, 0, deep, longText, longNumber, event(AT, 2));
        awaitCaughtUp(start(view(""), store, Optional.empty()));

        assertThat(amounts(store)).containsExactly(2.0);
        awaitDeadLetters("TOO_LARGE@0", "TOO_LARGE@1", "TOO_LARGE@2");
    }

    @Test
    void aDeadLetterTopicThatCannotBeMadeStopsTheViewAndSaysSo() throws Exception {
        topic = "t".repeat(247);
        TestBroker.createTopic(topic, 1);
        TestBroker.produce(topic, 0, event(AT, 1));
        FeatureView view = view("");
        ViewIngestion loop = start(view, store, Optional.empty());
        awaitCaughtUp(loop);
        TestBroker.produce(topic, 0, "{poison", event(AT, 2));
        awaitState(loop, State.DEAD_LETTERS_BLOCKED);

        assertThat(loop.condition().detail()).contains(".dlq");
        assertThat(amounts(store)).containsExactly(1.0);
        assertThat(store.positions(view.id()).values()).containsExactly(1L);
    }

    @Test
    void aDeadLetterTopicThatWasDeletedIsMadeAgainAndNothingIsSkipped() throws Exception {
        TestBroker.createTopic(topic, 1);
        TestBroker.produce(topic, 0, "{poison");
        FeatureView view = view("");
        ViewIngestion loop = start(view, store, Optional.empty());
        awaitCaughtUp(loop);
        loop.stop();
        TestBroker.deleteTopic(topic + ".dlq");
        TestBroker.produce(topic, 0, "{more poison", event(AT, 1));
        awaitCaughtUp(start(view, store, Optional.empty()));

        assertThat(amounts(store)).containsExactly(1.0);
        awaitDeadLetters("NOT_JSON@1");
    }

    @Test
    void aRegistryThatIsAwayIsWaitedForAndOnlyWhatItDoesNotKnowIsDead() throws Exception {
        TestBroker.createTopic(topic, 1);
        try (var registry = new FakeRegistry()) {
            registry.with(1, null, SCHEMA);
            registry.answersWith(503);
            send(null, click(1, 1), null);
            send(null, click(9, 2), null);
            send(null, "{poison".getBytes(StandardCharsets.UTF_8), null);
            send(null, click(1, 3), null);
            ViewIngestion loop = start(avro(), store, Optional.of(registry.client()));
            awaitState(loop, State.WAITING_FOR_SCHEMAS);
            assertThat(loop.condition().detail()).contains("503");
            assertThat(store.applied()).isEmpty();
            registry.answersWith(200);
            awaitCaughtUp(loop);

            assertThat(amounts(store)).containsExactly(1.0, 3.0);
            awaitDeadLetters("UNKNOWN_SCHEMA@1", "NOT_FRAMED@2");
        }
    }

    @Test
    void recordsThatNameNoSchemaAreReadByTheFileBesideTheView() throws Exception {
        TestBroker.createTopic(topic, 1);
        byte[] framed = click(1, 1);
        send(null, Arrays.copyOfRange(framed, 5, framed.length), null);
        send(null, framed, null);
        awaitCaughtUp(start(avro(), store, Optional.empty()));

        assertThat(amounts(store)).containsExactly(1.0);
        awaitDeadLetters("NOT_AVRO@1");
    }
}
