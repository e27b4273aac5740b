package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.FeatureLookup.Cell;
import io.millrace.inference.app.FeatureLookup.Status;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.Scoring;
import io.millrace.inference.app.replay.FeatureHistory;
import io.millrace.inference.app.replay.PredictionLog.Sample;
import io.millrace.inference.app.replay.RecordPlace;
import io.millrace.inference.app.replay.Replay;
import io.millrace.inference.app.replay.Replay.Outcome;
import io.millrace.inference.app.replay.Replay.What;
import io.millrace.inference.app.replay.Replays;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.engine.OnnxEngine;
import io.millrace.inference.sample.KnownFeatures;
import io.millrace.inference.sample.KnownServices;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.inference.sample.Scorings;
import io.millrace.inference.store.ModelFolder;
import io.millrace.inference.telemetry.InferenceMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Predictions that a real stream wrote with a real model, made again; only the features come from a test's memory. */
class ReplayTest {
    private static final int EVENTS = 30;

    private final Stage stage = new Stage();
    private final KnownFeatures features = new KnownFeatures();
    private final History history = new History();
    private final Path root = folder();
    private final ModelFolder repository = new ModelFolder(root, 1 << 20);
    private Pipeline pipeline = pipeline("");
    private Scoring scoring = new FakeScoring(Duration.ZERO);
    private boolean removed;

    /** The features as they were served, unless a test says otherwise. */
    private final class History implements FeatureHistory {
        final List<String> gaps = new ArrayList<>();
        String definition = "aaaa";
        boolean behind;

        @Override
        public Answer compute(List<String> names, List<Row> rows) {
            if (behind) {
                throw new Refusal(InferenceReason.REPLAY_NOT_YET, "the offline store has not come so far");
            }
            var cells = new ArrayList<List<Cell>>();
            for (Row row : rows) {
                assertThat(row.positions()).containsExactly(KnownFeatures.POSITION);
                List<Object> key = List.copyOf(row.entity().values());
                var read = features.read(
                        names,
                        Map.of("user_id", key),
                        new long[] {row.asOfMicros()},
                        Duration.ZERO,
                        Duration.ofSeconds(1));
                cells.add(read.columns().stream().map(List::getFirst).toList());
            }
            return new Answer(
                    cells,
                    Map.of("v@v1", definition),
                    rows.stream().map(_ -> List.copyOf(gaps)).toList());
        }
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("replay-models");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Pipeline pipeline(String more) {
        return Stage.pipeline("""
                kind: Pipeline
                name: %s
                input: {topic: %s, timestamp: {field: at, unit: ms}}
                key: id
                entity: {user_id: id}
                request: {x: double}
                features: ["v:a"]
                missing: impute
                model: {name: m}
                output: {topic: %s}
                %s
                """.formatted(stage.name, stage.input, stage.output, more));
    }

    @BeforeEach
    void predict() {
        ModelFiles.publish(root, "m", "1", OnnxModels.logistic(0.1, 0.7, -0.3), ModelFiles.TWO_COLUMNS);
        var catalog = new ModelCatalog(repository, new OnnxEngine());
        catalog.refresh();
        scoring = Scorings.of(
                catalog, KnownServices.NONE.wanted(), features, new InferenceMetrics(new SimpleMeterRegistry()));
        stage.makeInput(2);
        for (int i = 0; i < EVENTS; i++) {
            if (i % 3 != 0) {
                features.with("v:a", "u" + i, i / 7.0, 1_000L + i);
            }
            stage.raw("u" + i, "{\"id\":\"u%d\",\"at\":1700000000000,\"x\":%s}".formatted(i, i / 3.0));
        }
        stage.flush();
        var stream = stage.start(pipeline, Stage.settings(0, 100), scoring);
        await().atMost(Duration.ofSeconds(40)).until(() -> stage.outcomes() == EVENTS);
        stage.stop(stream);
    }

    @AfterEach
    void close() {
        stage.close();
    }

    private Replays replays() {
        return new Replays(
                new KafkaPredictionLog(Stage.settings(0, 100), Optional.empty()),
                name -> {
                    if (removed) {
                        throw new Refusal(InferenceReason.PIPELINE_NOT_FOUND, name);
                    }
                    return pipeline;
                },
                KnownServices.NONE,
                history,
                repository,
                new OnnxEngine(),
                _ -> Optional.empty(),
                Duration.ofSeconds(5));
    }

    private List<Replay> all() {
        return replays()
                .replay(stage.committed(stage.output).stream()
                        .map(record -> new RecordPlace(record.topic(), record.partition(), record.offset()))
                        .toList());
    }

    @Test
    void everyPredictionIsTheSameToTheBitImputedOnesToo() {
        List<Replay> all = all();

        assertThat(all).hasSize(EVENTS).allSatisfy(replay -> {
            assertThat(replay.differences()).isEmpty();
            assertThat(replay.outcome()).isEqualTo(Outcome.SAME);
            assertThat(replay.rebuilt()).isEqualTo(replay.recorded()).isNotEmpty();
        });
        var event = Stage.json(stage.committed(stage.output).getFirst());
        assertThat(event.path("definition").asText()).isEqualTo(pipeline.digest());
        assertThat(event.path("model").path("engine").asText()).matches("onnxruntime \\d+\\.\\d+\\.\\d+");
        assertThat(event.path("source").path("topic_id").asText()).isNotEmpty();
    }

    @Test
    void aSampleIsDrawnOfWhatIsThereTheSameForOneSeed() {
        Sample sample = replays().sample(stage.output, 10, 7);

        assertThat(sample.places()).hasSize(10).doesNotHaveDuplicates();
        assertThat(replays().sample(stage.output, 10, 7)).isEqualTo(sample);
        assertThat(replays().sample(stage.output, 1_000, 7).places()).hasSizeBetween(EVENTS / 2, EVENTS);
        assertThat(replays().replay(sample.places())).allMatch(replay -> replay.outcome() == Outcome.SAME);
    }

    @Test
    void aVectorThatWasRecordedIsComparedColumnByColumnToTheBit() throws Exception {
        pipeline = pipeline("record-vector: true");
        stage.raw("recorded", "{\"id\":\"u1\",\"at\":1700000000000,\"x\":0.1}");
        stage.flush();
        var stream = stage.start(pipeline, Stage.settings(0, 100), scoring);
        await().atMost(Duration.ofSeconds(40)).until(() -> stage.outcomes() == EVENTS + 1);
        stage.stop(stream);
        var record = stage.committed(stage.output).stream()
                .filter(each -> Stage.json(each).at("/features").has("vector"))
                .findFirst()
                .orElseThrow();
        String place = record.topic() + "-" + record.partition() + "-" + record.offset();

        var vector = Stage.json(record).at("/features/vector/0");
        assertThat(vector.path("name").asText()).isEqualTo("input");
        ByteBuffer took = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        took.putFloat((float) (1 / 7.0)).putFloat((float) 0.1);
        assertThat(vector.at("/data/0").doubleValue()).isEqualTo(took.getFloat(0));
        assertThat(vector.at("/data/1").doubleValue()).isEqualTo(took.getFloat(4));
        assertThat(Stage.json(record).at("/features/hash").asText())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(took.array())));
        assertThat(replay(place).outcome()).isEqualTo(Outcome.SAME);

        pipeline = pipeline("");
        features.with("v:a", "u1", 5.0, 2_000);
        assertThat(replay(place).differences())
                .anyMatch(each -> each.what() == What.VECTOR
                        && each.name().equals("input[0] (v:a)")
                        && each.recorded().equals(String.valueOf((double) (float) (1 / 7.0)))
                        && each.rebuilt().equals("5.0"))
                .noneMatch(each -> each.name().startsWith("input[1]"));
    }

    @Test
    void aFeatureThatIsOtherNowIsNamedWithBothValues() {
        features.with("v:a", "u1", 5.0, 2_000);

        Replay replay = of("u1");

        assertThat(replay.outcome()).isEqualTo(Outcome.DIFFERENT);
        assertThat(replay.differences())
                .anyMatch(each -> each.what() == What.FEATURE
                        && each.name().equals("v:a")
                        && each.recorded().equals(String.valueOf(1 / 7.0))
                        && each.rebuilt().equals("5.0"));
        assertThat(whats(replay)).contains(What.VECTOR, What.PREDICTION);
        assertThat(of("u2").outcome()).isEqualTo(Outcome.SAME);
    }

    @Test
    void eventsThatAreGoneAreTheExplanationWhereTheFeaturesDiffer() {
        history.gaps.add("the entity was deleted");
        assertThat(of("u1").outcome()).isEqualTo(Outcome.SAME);
        features.with("v:a", "u1", new Cell(Status.NOT_FOUND, null, 0));

        Replay replay = of("u1");

        assertThat(replay.outcome()).isEqualTo(Outcome.GONE);
        assertThat(replay.differences())
                .anyMatch(each -> each.what() == What.POSITION && each.words().contains("deleted"));
    }

    @Test
    void aModelWithOtherBytesOrNoneAtAllIsTheExplanation() {
        Path version = ModelFiles.publish(root, "m", "1", OnnxModels.logistic(0.2, 0.7, -0.3), ModelFiles.TWO_COLUMNS);
        Replay other = of("u1");
        assertThat(other.outcome()).isEqualTo(Outcome.DIFFERENT);
        assertThat(whats(other)).containsExactlyInAnyOrder(What.MODEL, What.PREDICTION);

        ModelFiles.delete(version);
        Replay gone = of("u1");
        assertThat(gone.outcome()).isEqualTo(Outcome.GONE);
        assertThat(whats(gone)).containsExactly(What.MODEL);
        assertThat(gone.differences().getFirst().words()).contains("no longer in the repository");
    }

    @Test
    void aNewerVersionDoesNotMatter() {
        ModelFiles.publish(root, "m", "2", OnnxModels.logistic(0.9, 0.7, -0.3), ModelFiles.TWO_COLUMNS);
        assertThat(of("u1").outcome()).isEqualTo(Outcome.SAME);
    }

    @Test
    void aChangedDefinitionIsSaidAndExplainsWhatCannotBeScoredAnyMore() {
        pipeline = pipeline("include-event: true");
        Replay included = of("u1");
        assertThat(included.outcome()).isEqualTo(Outcome.DIFFERENT);
        assertThat(whats(included)).contains(What.EVENT);
        assertThat(included.remarks()).anyMatch(remark -> remark.contains("was changed since"));

        pipeline = Stage.pipeline(pipeline("").yaml().replace("key: id", "key: absent"));
        Replay faulty = of("u1");
        assertThat(whats(faulty)).containsExactly(What.PIPELINE);
        assertThat(faulty.differences().getFirst().words()).contains("INVALID_KEY");

        removed = true;
        assertThat(of("u1").outcome()).isEqualTo(Outcome.GONE);
    }

    @Test
    void whatIsNotThereIsSaidAndOtherRecordsAreNoPredictions() throws Exception {
        assertThat(replay(stage.output + "-0-100000").outcome()).isEqualTo(Outcome.GONE);
        assertThat(replay("nowhere-0-0").outcome()).isEqualTo(Outcome.GONE);
        assertThat(replay(stage.input + "-0-0").differences().getFirst().words())
                .contains("no prediction");
        assertThatThrownBy(() -> RecordPlace.parse("flights")).isInstanceOf(Refusal.class);
        assertThat(RecordPlace.parse("a-b.c-2-917")).isEqualTo(new RecordPlace("a-b.c", 2, 917));

        stage.admin
                .deleteRecords(Map.of(
                        new TopicPartition(stage.input, 0), RecordsToDelete.beforeOffset(-1),
                        new TopicPartition(stage.input, 1), RecordsToDelete.beforeOffset(-1)))
                .all()
                .get();
        Replay replay = of("u1");
        assertThat(replay.outcome()).isEqualTo(Outcome.GONE);
        assertThat(whats(replay)).containsExactly(What.EVENT);
        assertThat(replay.differences().getFirst().words()).contains("retention");
    }

    @Test
    void whatTheOfflineStoreHasNotComeToIsRefusedForNow() {
        history.behind = true;
        assertThatThrownBy(() -> of("u1")).isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                .isEqualTo(InferenceReason.REPLAY_NOT_YET));
        assertThatThrownBy(() -> replays()
                        .replay(IntStream.range(0, 201)
                                .mapToObj(i -> new RecordPlace("t", 0, i))
                                .toList()))
                .isInstanceOf(Refusal.class);
    }

    private Replay replay(String place) {
        return replays().replay(List.of(RecordPlace.parse(place))).getFirst();
    }

    /** The prediction of the event with this key, made again. */
    private Replay of(String key) {
        return stage.committed(stage.output).stream()
                .filter(record -> Stage.json(record).path("key").asText().equals(key))
                .map(record -> replay(record.topic() + "-" + record.partition() + "-" + record.offset()))
                .findFirst()
                .orElseThrow();
    }

    private static List<What> whats(Replay replay) {
        return replay.differences().stream().map(Replay.Difference::what).toList();
    }
}
