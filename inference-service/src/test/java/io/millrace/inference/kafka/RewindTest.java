package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.definitions.DefinitionFile;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.ContractRegistry;
import io.millrace.inference.app.ContractWatch;
import io.millrace.inference.app.EventLog;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.PipelineControl;
import io.millrace.inference.app.PipelineKind;
import io.millrace.inference.app.StreamTelemetry;
import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.app.offsets.PipelineOffsets.Standing;
import io.millrace.inference.app.offsets.Rewind;
import io.millrace.inference.app.offsets.RewindTarget;
import io.millrace.inference.app.offsets.Rewinds;
import io.millrace.inference.domain.Pipeline.ContractReference;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RewindTest {
    private final Stage stage = new Stage();
    private final DefinitionCatalog catalog =
            DefinitionCatalog.follow(TestBroker.bootstrapServers(), List.of(new PipelineKind((_, _, _) -> List.of())));
    private final PipelineControl control = PipelineControl.start(
            catalog,
            new KafkaPipelineStreams(
                    Stage.settings(0, 100),
                    new FakeScoring(Duration.ZERO),
                    new NoRegistry(),
                    new ContractWatch.Limits(Duration.ofSeconds(1), 10, 1_000, Duration.ofSeconds(5)),
                    StreamTelemetry.NONE,
                    OpenTelemetry.noop(),
                    Clock.systemUTC(),
                    Optional.empty()),
            EventLog.NONE);
    private final Rewinds rewinds = new Rewinds(control, new KafkaPipelineOffsets(Stage.settings(0, 100)));

    private static final class NoRegistry implements ContractRegistry {
        @Override
        public Optional<String> whyUnknown(ContractReference contract, Duration deadline) {
            return Optional.empty();
        }

        @Override
        public Verdict check(ContractReference contract, List<byte[]> rows, Duration deadline) {
            return new Verdict.Checked(0, "");
        }
    }

    @AfterEach
    void close() {
        control.close();
        catalog.close();
        stage.close();
    }

    @Test
    void aPausedPipelineIsMovedBackToATimeAndScoresWhatLiesBehindItAgain() {
        stage.makeInput(2);
        for (int partition = 0; partition < 2; partition++) {
            for (int minute = 0; minute < 10; minute++) {
                send(partition, minute);
            }
        }
        run();
        awaitPredictions(20);

        refused(
                InferenceReason.PIPELINE_NOT_PAUSED,
                () -> rewinds.move(stage.name, new RewindTarget.Earliest(), false));
        control.pause(stage.name);
        RewindTarget target = RewindTarget.parse("2026-01-01T00:07:00Z");
        Rewind moved = rewinds.move(stage.name, target, false);
        assertThat(moved.done()).isTrue();
        assertThat(moved.again()).isEqualTo(6);
        assertThat(moved.skipped()).isZero();
        assertThat(rewinds.look(stage.name).lag()).isEqualTo(6);

        control.resume(stage.name);
        awaitPredictions(26);
        assertThat(sources().values().stream().filter(times -> times == 2).count())
                .isEqualTo(6);
        assertThat(sources()).containsEntry("0/7", 2L).containsEntry("0/6", 1L).containsEntry("1/9", 2L);
        Standing standing = rewinds.look(stage.name);
        assertThat(standing.lag()).isZero();
        assertThat(standing.partitions())
                .allMatch(partition -> partition.committed().isPresent());
    }

    @Test
    void whatMovingWouldDoIsSaidWhileThePipelineRunsAndNothingMoves() throws Exception {
        stage.makeInput(1);
        stage.send(0, 10);
        stage.flush();
        run();
        awaitPredictions(10);
        var before = stage.committedOffsets();

        Rewind plan = rewinds.plan(stage.name, RewindTarget.parse("0=4"));

        assertThat(plan.paused()).isFalse();
        assertThat(plan.done()).isFalse();
        assertThat(plan.again()).isEqualTo(6);
        assertThat(stage.committedOffsets()).isEqualTo(before);
        refused(
                InferenceReason.INVALID_REQUEST,
                () -> rewinds.plan(stage.name, RewindTarget.parse("0=" + Long.MAX_VALUE)));
        refused(InferenceReason.INVALID_REQUEST, () -> rewinds.plan(stage.name, RewindTarget.parse("7=0")));
        refused(InferenceReason.INVALID_REQUEST, () -> RewindTarget.parse("yesterday"));
        refused(InferenceReason.PIPELINE_NOT_FOUND, () -> rewinds.plan("nobody", new RewindTarget.Latest()));
    }

    @Test
    void recordsAreSkippedOnlyWhereThatWasAskedForAndTheMarkOfTheTopicStays() throws Exception {
        stage.makeInput(1);
        stage.send(0, 10);
        stage.flush();
        run();
        awaitPredictions(10);
        control.pause(stage.name);
        stage.awaitMembers(0);
        stage.send(10, 5);
        stage.flush();
        var before = stage.committedOffsets();

        refused(InferenceReason.WOULD_SKIP, () -> rewinds.move(stage.name, new RewindTarget.Latest(), false));
        assertThat(stage.committedOffsets()).isEqualTo(before);
        assertThat(rewinds.move(stage.name, new RewindTarget.Latest(), true).skipped())
                .isEqualTo(5);
        assertThat(stage.committedOffsets().values().stream().map(offset -> offset.metadata()))
                .containsExactlyElementsOf(before.values().stream()
                        .map(offset -> offset.metadata())
                        .toList());
        stage.send(15, 2);
        stage.flush();
        control.resume(stage.name);
        awaitPredictions(12);
        assertThat(sources().keySet()).doesNotContain("0/10", "0/14").contains("0/15", "0/16");
    }

    @Test
    void aGroupInWhichSomebodyStaysIsNotMovedAndATransactionLeftOpenCannotCommitAfterwards() throws Exception {
        stage.makeInput(1);
        stage.send(0, 10);
        stage.flush();
        run();
        awaitPredictions(10);
        var stranger = stage.start(stage.pipeline(), Stage.settings(1, 100), new FakeScoring(Duration.ZERO));
        control.pause(stage.name);
        await().atMost(Duration.ofSeconds(20))
                .until(
                        () -> stage
                                .admin
                                .describeConsumerGroups(List.of(StreamSettings.group(stage.name)))
                                .all()
                                .get()
                                .values()
                                .stream()
                                .allMatch(group -> group.members().size() == 1));
        var before = stage.committedOffsets();
        refused(InferenceReason.PIPELINE_IN_USE, () -> rewinds.move(stage.name, new RewindTarget.Earliest(), false));
        assertThat(stage.committedOffsets()).isEqualTo(before);
        stage.stop(stranger);

        var config = Stage.settings(1, 100).producer(stage.name);
        try (var stopped = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            stopped.initTransactions();
            stopped.beginTransaction();
            stopped.send(new ProducerRecord<>(stage.output, new byte[] {'{', '}'}))
                    .get();
            rewinds.move(stage.name, new RewindTarget.Earliest(), false);
            assertThatThrownBy(stopped::commitTransaction).isInstanceOf(org.apache.kafka.common.KafkaException.class);
        }
        assertThat(stage.committedOffsets().values()).isNotEmpty().allMatch(offset -> offset.offset() == 0);
        control.resume(stage.name);
        awaitPredictions(20);
    }

    private void run() {
        await().atMost(Duration.ofSeconds(40)).until(() -> control.whyNotCurrent() == null);
        control.apply(List.of(new DefinitionFile("p.yaml", stage.yaml(""))));
    }

    /** Those of an input that was scored again count again. */
    private void awaitPredictions(int count) {
        await().atMost(Duration.ofSeconds(40))
                .until(() -> stage.committed(stage.output).size() == count);
    }

    /** An event whose time in Kafka is that many minutes into 2026. */
    private void send(int partition, int minute) {
        long millis = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli() + minute * 60_000L;
        Map<String, Object> config = Map.of("bootstrap.servers", TestBroker.bootstrapServers());
        try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            String event = "{\"id\":\"e\",\"at\":" + millis + ",\"amount\":" + minute + "}";
            producer.send(new ProducerRecord<>(
                    stage.input, partition, millis, null, event.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        }
    }

    /** How many predictions each input has, by {@code partition/offset}. */
    private Map<String, Long> sources() {
        var sources = new ArrayList<String>();
        for (ConsumerRecord<byte[], byte[]> record : stage.committed(stage.output)) {
            var source = Stage.json(record).path("source");
            sources.add(source.path("partition").asInt() + "/"
                    + source.path("offset").asLong());
        }
        return sources.stream().collect(Collectors.groupingBy(each -> each, Collectors.counting()));
    }

    private static void refused(InferenceReason reason, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                .isEqualTo(reason));
    }
}
