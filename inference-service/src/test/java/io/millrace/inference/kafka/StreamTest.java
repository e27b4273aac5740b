package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.inference.app.PipelineStreams.RunningStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StreamTest {
    private final Stage stage = new Stage();
    private final FakeScoring scoring = new FakeScoring(Duration.ZERO);

    @AfterEach
    void close() {
        stage.close();
    }

    @Test
    void aPredictionSaysWhatItWasMadeOfAndGoesUnderTheKeyField() throws Exception {
        stage.makeInput(1);
        stage.raw(null, "{\"id\":4711,\"at\":1700000000123,\"amount\":21,\"more\":{\"deep\":[1]}}");
        stage.flush();
        stage.start(stage.pipeline(), Stage.settings(0, 10), scoring);
        until(() -> stage.committed(stage.output).size() == 1);

        ConsumerRecord<byte[], byte[]> record = stage.committed(stage.output).getFirst();
        assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo("4711");
        assertThat(Stage.json(record).toString())
                .isEqualTo("{\"pipeline\":\"" + stage.name
                        + "\",\"definition\":\""
                        + sha256(stage.pipeline().yaml()).substring(0, 16)
                        + "\",\"entity\":{\"id\":\"x\"},\"key\":\"4711\",\"prediction\":42.0,"
                        + "\"timestamp\":\"2023-11-14T22:13:20.123Z\",\"as_of\":\"2023-11-14T22:13:20.122999Z\","
                        + "\"model\":{\"name\":\"fake\",\"version\":\"1\",\"digest\":\"d1\"},"
                        + "\"features\":{\"values\":{},\"event_times\":{},\"imputed\":[],\"complete\":true,\"hash\":\"00\",\"positions\":[]},"
                        + "\"source\":{\"topic\":\"" + stage.input + "\",\"topic_id\":\"" + topicId(stage.input)
                        + "\",\"partition\":0,\"offset\":0}}");
        assertThat(stage.tally.predictions()).isEqualTo(1);
    }

    private static String sha256(String text) throws NoSuchAlgorithmException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private String topicId(String topic) throws Exception {
        return stage.admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
                .findFirst()
                .orElseThrow()
                .topicId()
                .toString();
    }

    @Test
    void eachKindOfBadInputHasItsOutcomeWhereverItStandsInABatch() {
        stage.makeInput(1);
        stage.raw("k", "\u0001poison");
        stage.send(0, 20);
        stage.raw("k", null);
        stage.raw("k", "{\"at\":1,\"amount\":1}");
        stage.raw("k", "{\"id\":\"a\",\"amount\":1}");
        stage.raw("k", "{\"id\":\"a\",\"at\":\"yesterday\",\"amount\":1}");
        stage.event("a", -1);
        stage.event("a", -2);
        stage.raw("k", "{\"id\":\"a\",\"at\":1,\"text\":\"" + "x".repeat(200_000) + "\"}");
        stage.send(20, 20);
        var forged = new RecordHeaders();
        forged.add("millrace.reason", "FORGED".getBytes(StandardCharsets.UTF_8));
        forged.add("other", "kept".getBytes(StandardCharsets.UTF_8));
        stage.raw("k", "{\"id\":\"a\"} {}", forged);
        stage.flush();
        stage.start(stage.pipeline(), Stage.settings(0, 1_000), scoring);
        until(() -> stage.outcomes() == 49);

        stage.assertExactlyOnce();
        List<ConsumerRecord<byte[], byte[]>> dead = stage.committed(stage.deadLetters);
        assertThat(dead.stream().map(record -> Stage.header(record, "millrace.reason")))
                .containsExactlyInAnyOrder(
                        "UNDECODABLE",
                        "TOMBSTONE",
                        "INVALID_KEY",
                        "MISSING_TIMESTAMP",
                        "INVALID_TIMESTAMP",
                        "WRONG_TYPE",
                        "SCORING_FAILED",
                        "OVERSIZED",
                        "UNDECODABLE");
        ConsumerRecord<byte[], byte[]> last = dead.stream()
                .filter(record -> record.value() != null
                        && new String(record.value(), StandardCharsets.UTF_8).equals("{\"id\":\"a\"} {}"))
                .findFirst()
                .orElseThrow();
        assertThat(Stage.header(last, "other")).isEqualTo("kept");
        assertThat(Stage.header(last, "millrace.source-topic")).isEqualTo(stage.input);
        assertThat(Stage.header(last, "millrace.pipeline")).isEqualTo(stage.name);
        assertThat(Stage.header(last, "millrace.source-offset")).isEqualTo("48");
        assertThat(stage.tally.deadLettered()).isEqualTo(9);
    }

    @Test
    void aLonelyRecordOnWhichScoringFailsIsGivenUpAfterThreeAttempts() {
        stage.makeInput(1);
        stage.event("a", -2);
        stage.flush();
        stage.start(stage.pipeline(), Stage.settings(0, 10), scoring);
        until(() -> stage.committed(stage.deadLetters).size() == 1);

        assertThat(scoring.calls).hasValue(3);
    }

    @Test
    void whileScoringIsAwayNothingIsLostAndNothingBecomesADeadLetter() {
        stage.makeInput(3);
        stage.send(0, 500);
        stage.flush();
        scoring.available = false;
        RunningStream stream = stage.start(stage.pipeline(), Stage.settings(0, 100), scoring);
        until(() -> scoring.refused.get() >= 4);
        assertThat(stream.status().stalled()).isTrue();
        assertThat(stream.status().reason()).contains("FEATURES_UNAVAILABLE");
        assertThat(stage.outcomes()).isZero();
        stage.send(500, 100);
        stage.flush();

        scoring.available = true;
        until(() -> stage.outcomes() == 600);
        stage.assertExactlyOnce();
        assertThat(stage.committed(stage.deadLetters)).isEmpty();
        until(() -> !stream.status().stalled() && stream.status().lag() == 0);
    }

    @Test
    void aFailureBeforeTheFirstCommitDoesNotMoveTheDeclaredStart() throws Exception {
        stage.makeInput(2);
        stage.send(0, 100);
        stage.flush();
        scoring.available = false;
        RunningStream first =
                stage.start(Stage.pipeline(stage.yaml("  start: latest")), Stage.settings(0, 10), scoring);
        until(() -> offsets() == 2);
        stage.send(100, 50);
        stage.flush();
        until(() -> scoring.refused.get() >= 2);
        stage.stop(first);
        scoring.available = true;
        stage.start(Stage.pipeline(stage.yaml("  start: latest")), Stage.settings(0, 10), scoring);

        until(() -> stage.outcomes() == 50);
        assertThat(stage.committed(stage.output).stream()
                        .mapToDouble(
                                record -> Stage.json(record).path("prediction").asDouble())
                        .min())
                .hasValue(200.0);
    }

    @Test
    void aPartitionThatIsAddedLaterIsReadFromItsBeginningWhateverTheDeclaredStart() throws Exception {
        stage.makeInput(1);
        stage.send(0, 10);
        stage.flush();
        RunningStream first =
                stage.start(Stage.pipeline(stage.yaml("  start: latest")), Stage.settings(0, 10), scoring);
        until(() -> offsets() == 1);
        stage.stop(first);
        stage.admin
                .createPartitions(Map.of(stage.input, NewPartitions.increaseTo(3)))
                .all()
                .get();
        stage.awaitPartitions(stage.input, 3);
        try (var fresh = new Stage()) {
            fresh.sendTo(stage.input, 2, "{\"id\":\"n\",\"at\":1,\"amount\":7}");
        }
        stage.start(Stage.pipeline(stage.yaml("  start: latest")), Stage.settings(0, 10), scoring);

        until(() -> stage.outcomes() == 1);
        assertThat(Stage.json(stage.committed(stage.output).getFirst())
                        .path("prediction")
                        .asDouble())
                .isEqualTo(14.0);
    }

    @Test
    void withoutItsInputTopicAStreamStallsAndGoesOnWhenItAppears() {
        RunningStream stream = stage.start(stage.pipeline(), Stage.settings(0, 10), scoring);
        until(() -> stream.status().reason().contains("does not exist"));
        assertThat(stream.status().stalled()).isTrue();

        stage.makeInput(1);
        stage.send(0, 10);
        stage.flush();
        until(() -> stage.outcomes() == 10);
        stage.assertExactlyOnce();
    }

    @Test
    void withoutADeadLetterTopicThatItMayMakeAStreamStopsAndSkipsNothing() {
        stage.makeInput(1);
        stage.make(stage.output, 1);
        var settings = Stage.settings(0, 10);
        var asking = new StreamSettings(
                settings.bootstrapServers(),
                0,
                10,
                4,
                settings.sessionTimeout(),
                settings.transactionTimeout(),
                settings.maxPollInterval(),
                settings.callDeadline(),
                settings.compression(),
                false,
                settings.maxEventBytes(),
                settings.minBackOff(),
                settings.maxBackOff());
        stage.send(0, 3);
        stage.flush();
        RunningStream stream = stage.start(stage.pipeline(), asking, scoring);
        until(() -> stream.status().reason().contains(stage.deadLetters));
        assertThat(stage.outcomes()).isZero();

        stage.make(stage.deadLetters, 1);
        until(() -> stage.outcomes() == 3);
        stage.assertExactlyOnce();
    }

    @Test
    void aStreamWhoseOffsetIsGoneStopsAndSaysSoInsteadOfJumping() throws Exception {
        stage.makeInput(1);
        stage.send(0, 10);
        stage.flush();
        RunningStream first = stage.start(stage.pipeline(), Stage.settings(0, 10), scoring);
        until(() -> stage.outcomes() == 10);
        stage.stop(first);
        stage.send(10, 10);
        stage.flush();
        stage.admin
                .deleteRecords(Map.of(new TopicPartition(stage.input, 0), RecordsToDelete.beforeOffset(15)))
                .all()
                .get();
        RunningStream second = stage.start(stage.pipeline(), Stage.settings(0, 10), scoring);

        until(() -> second.status().reason().contains("are gone"));
        assertThat(second.status().stalled()).isTrue();
        assertThat(stage.outcomes()).isEqualTo(10);
    }

    @Test
    void aTopicThatIsMadeAgainBeginsAtTheDeclaredStart() throws Exception {
        stage.makeInput(1);
        stage.send(0, 5);
        stage.flush();
        RunningStream stream = stage.start(stage.pipeline(), Stage.settings(0, 10), scoring);
        until(() -> stage.outcomes() == 5);
        stage.admin.deleteTopics(List.of(stage.input)).all().get();
        until(() -> stream.status().stalled());

        try (var again = new Stage()) {
            again.make(stage.input, 1);
            until(() -> again.committed(stage.input).isEmpty());
            again.sendTo(stage.input, "{\"id\":\"n\",\"at\":1,\"amount\":7}");
        }
        // Its source is offset 0 again: who counts by source takes it for the first one's double.
        until(() -> stage.committed(stage.output).size() == 6);
    }

    @Test
    void committedOffsetsThatAreOfAnotherTopicOfThatNameAreNotTaken() throws Exception {
        stage.makeInput(1);
        stage.send(0, 5);
        stage.flush();
        stage.admin
                .alterConsumerGroupOffsets(
                        StreamSettings.group(stage.name),
                        Map.of(
                                new TopicPartition(stage.input, 0),
                                new OffsetAndMetadata(3, "topic=AAAAAAAAAAAAAAAAAAAAAA;first=1")))
                .all()
                .get();
        RunningStream stream = stage.start(stage.pipeline(), Stage.settings(0, 10), scoring);

        until(() -> stream.status().reason().contains("made again"));
        assertThat(stream.status().stalled()).isTrue();
        assertThat(stage.outcomes()).isZero();
    }

    @Test
    void whereThePipelineSaysRetryIncompleteFeaturesAreWaitedFor() {
        stage.makeInput(1);
        stage.send(0, 5);
        stage.flush();
        scoring.complete = false;
        RunningStream stream = stage.start(
                Stage.pipeline(stage.yaml("complete: {wait: 10ms, otherwise: retry}")), Stage.settings(0, 10), scoring);
        until(() -> stream.status().reason().contains("not complete"));
        assertThat(stage.outcomes()).isZero();

        scoring.complete = true;
        until(() -> stage.outcomes() == 5);
        stage.assertExactlyOnce();
    }

    @Test
    void replicasShareThePartitionsAndComeAndGoWithoutALostOrSecondOutcome() {
        stage.makeInput(4);
        stage.send(0, 1_000);
        stage.flush();
        var slow = new FakeScoring(Duration.ofMillis(20));
        stage.start(stage.pipeline(), Stage.settings(0, 50), slow);
        until(() -> stage.outcomes() > 100);
        RunningStream second =
                stage.start(stage.pipeline(), Stage.settings(1, 50), new FakeScoring(Duration.ofMillis(20)));
        stage.send(1_000, 1_000);
        stage.flush();
        until(() -> stage.outcomes() > 1_000);
        stage.stop(second);
        stage.send(2_000, 500);
        stage.flush();

        until(() -> stage.outcomes() == 2_500);
        stage.assertExactlyOnce();
    }

    private int offsets() {
        try {
            return stage.committedOffsets().size();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void until(BooleanSupplier condition) {
        await().atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(100))
                .until(condition::getAsBoolean);
    }
}
