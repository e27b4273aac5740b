package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.backing.ManagedProcess;
import io.millrace.inference.app.label.LabelStreams.Running;
import io.millrace.inference.app.label.LabelTelemetry;
import io.millrace.inference.app.label.OutcomeFold;
import io.millrace.inference.domain.label.LeftOut;
import io.millrace.inference.domain.label.Outcome;
import io.millrace.inference.domain.label.Outcome.Labelled;
import io.millrace.inference.domain.label.Outcome.Predicted;
import io.millrace.inference.domain.label.Outcome.Unlabelled;
import io.millrace.inference.sample.LabelStreamsOf;
import io.millrace.inference.store.FoldFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelStreamTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    @Test
    void eachPredictionHasOneOutcomeWhateverCameFirstOrTwice() throws InterruptedException {
        try (var stage = new LabelStage()) {
            var telemetry = new Counting();
            var sum = new SumFold("sum", "1");
            stage.label(1);
            stage.predict(1);
            stage.predict(2);
            stage.label(2);
            stage.label(2);
            stage.predict(2);
            stage.predict(3);
            stage.label(4, "{\"id\":");
            stage.label(4, "{\"id\":\"k4\",\"at\":" + LabelStage.START + "}");
            stage.flush();
            Running running = start(stage, sum, telemetry);
            await().atMost(PATIENCE).until(() -> labelled(stage) == 2);

            end(running);
            stage.end();
            running = start(stage, new SumFold("sum", "1"), telemetry);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(stage.outcomes()).hasSize(3 + 2 + 1 + 2));
            end(running);

            List<Outcome> outcomes = stage.outcomes();
            assertThat(outcomes)
                    .filteredOn(Labelled.class::isInstance)
                    .map(outcome -> outcome.prediction().key() + "=" + ((Labelled) outcome).label())
                    .containsExactlyInAnyOrder("k1=1.0", "k2=0.0");
            assertThat(outcomes)
                    .filteredOn(Unlabelled.class::isInstance)
                    .map(outcome -> outcome.prediction().key())
                    .containsExactly("k3");
            assertThat(outcomes.getFirst().prediction().values())
                    .containsEntry("v:a", 1.5)
                    .containsKey("amount");
            assertThat(telemetry.leftOut)
                    .containsEntry(LeftOut.DUPLICATE, 1)
                    .containsEntry(LeftOut.PREDICTED_AGAIN, 1)
                    .containsEntry(LeftOut.UNDECODABLE, 2);
            // The brokers' markers of a transaction become readable one partition after the other.
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(stage.stage.committed(stage.topic + ".dlq"))
                    .extracting(letter -> new String(
                            letter.headers().lastHeader("millrace.reason").value(), StandardCharsets.UTF_8))
                    .containsExactlyInAnyOrder("UNDECODABLE", "NO_LABEL"));
        }
    }

    @Test
    void whileThePipelineIsBehindLabelsWaitForItsQuietPartitions() throws InterruptedException {
        int tenDays = 864_001;
        try (var stage = new LabelStage()) {
            stage.unscored(200);
            stage.label(0);
            stage.predict(tenDays);
            stage.label(tenDays);
            stage.flush();
            Running running = start(stage, new SumFold("sum", "1"), LabelTelemetry.NONE);
            await().atMost(PATIENCE).until(() -> labelled(stage) == 1);
            stage.predict(0);
            stage.flush();
            await().atMost(PATIENCE).until(() -> labelled(stage) == 2);
            end(running);
        }
    }

    @Test
    void whateverTheMomentOfAKillNoOutcomeIsLostAndNoneComesTwice() throws IOException, InterruptedException {
        int perRound = 300;
        int rounds = 4;
        try (var stage = new LabelStage()) {
            for (int round = 0; round < rounds; round++) {
                ManagedProcess process = process(stage, round);
                try {
                    int from = round * perRound;
                    // Every second label is there before its prediction; every tenth never comes.
                    IntStream.range(from, from + perRound)
                            .filter(i -> i % 10 != 0 && i % 2 == 0)
                            .forEach(stage::label);
                    IntStream.range(from, from + perRound).forEach(stage::predict);
                    IntStream.range(from, from + perRound)
                            .filter(i -> i % 2 == 1)
                            .forEach(stage::label);
                    // The pipeline was moved back.
                    IntStream.range(Math.max(0, from - 20), from + 5).forEach(stage::predict);
                    stage.flush();
                    int wanted = from + 50 * round;
                    await().atMost(PATIENCE).until(() -> stage.outcomes().size() > wanted);
                } finally {
                    process.kill();
                }
            }
            stage.end();
            int all = rounds * perRound;
            long labelled = IntStream.range(0, all)
                    .filter(i -> i % 10 != 0 || i % 2 == 1)
                    .count();
            var sum = new SumFold("sum", "1");
            Running running = start(stage, sum, LabelTelemetry.NONE);
            await().atMost(PATIENCE).until(() -> stage.outcomes().size() >= all + 2 + labelled + (all - labelled));
            await().atMost(PATIENCE).until(() -> sum.count >= 2L * all + 2);
            end(running);

            Map<String, List<String>> byId = new HashMap<>();
            for (Outcome outcome : stage.outcomes()) {
                byId.computeIfAbsent(outcome.prediction().key(), _ -> new ArrayList<>())
                        .add(word(outcome));
            }
            for (int i = 0; i < all; i++) {
                String closing = i % 10 != 0 || i % 2 == 1 ? "labelled " + i % 2 : "unlabelled";
                assertThat(byId.get("k" + i)).as("k%d", i).containsExactly("predicted", closing);
            }
            assertThat(byId).hasSize(all + 2);
            assertThat(sum.count)
                    .as("outcomes that the fold took over all kills")
                    .isEqualTo(2L * all + 2);
        }
    }

    private static String word(Outcome outcome) {
        return switch (outcome) {
            case Predicted _ -> "predicted";
            case Labelled labelled -> "labelled " + (int) labelled.label();
            case Unlabelled _ -> "unlabelled";
        };
    }

    private static long labelled(LabelStage stage) {
        return stage.outcomes().stream().filter(Labelled.class::isInstance).count();
    }

    private Running start(LabelStage stage, OutcomeFold fold, LabelTelemetry telemetry) {
        var streams = new KafkaLabelStreams(
                LabelStage.settings(TestBroker.bootstrapServers()),
                new FoldFiles(directory.resolve("states")),
                telemetry,
                Optional.empty());
        return streams.start(
                LabelStreamsOf.key(stage.labels, stage.topic), stage.stage.pipeline(), () -> List.of(fold), null);
    }

    private static void end(Running running) throws InterruptedException {
        running.stop();
        assertThat(running.awaitEnd(Duration.ofSeconds(40))).isTrue();
    }

    private ManagedProcess process(LabelStage stage, int round) throws IOException {
        Path definition = Files.writeString(directory.resolve("pipeline.yaml"), stage.stage.yaml(""));
        return ManagedProcess.start(
                "labels",
                List.of(
                        ManagedProcess.java(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LabelProcess.class.getName(),
                        TestBroker.bootstrapServers(),
                        definition.toString(),
                        stage.labels,
                        stage.topic,
                        directory.resolve("states").toString()),
                Map.of(),
                Path.of("target/replicas/" + stage.labels + "-" + round + ".log"));
    }

    /** What was left out. */
    private static final class Counting implements LabelTelemetry {
        private final Map<LeftOut, Integer> leftOut = new ConcurrentHashMap<>();

        @Override
        public void joined(String labels, List<Outcome> outcomes, Map<LeftOut, Integer> reasons) {
            reasons.forEach((reason, count) -> leftOut.merge(reason, count, Integer::sum));
        }
    }
}
