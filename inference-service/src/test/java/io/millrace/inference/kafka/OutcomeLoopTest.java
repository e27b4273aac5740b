package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.inference.app.label.FoldFeed.Keeping;
import io.millrace.inference.app.label.LabelStreams.Running;
import io.millrace.inference.app.label.LabelTelemetry;
import io.millrace.inference.app.label.OutcomeFold;
import io.millrace.inference.domain.Pipeline.Missing;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.ScoredBatch.Step;
import io.millrace.inference.domain.deploy.Choice;
import io.millrace.inference.domain.label.Outcome;
import io.millrace.inference.domain.label.Outcome.Labelled;
import io.millrace.inference.domain.label.Outcome.Predicted;
import io.millrace.inference.domain.label.Outcome.Prediction;
import io.millrace.inference.domain.label.Outcome.Unlabelled;
import io.millrace.inference.sample.LabelStreamsOf;
import io.millrace.inference.sample.Pipelines;
import io.millrace.inference.store.FoldFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutcomeLoopTest {
    private static int count;

    private final String name = "loop-" + ++count;
    private final List<Running> started = new ArrayList<>();

    @TempDir
    Path directory;

    @AfterEach
    void stop() throws InterruptedException {
        started.forEach(Running::stop);
        for (Running running : started) {
            running.awaitEnd(Duration.ofSeconds(20));
        }
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        var prediction = new Prediction(
                "in-0-7",
                "k",
                Map.of("origin", "ORD", "seat", 4L),
                new ModelIdentity("m", "2", "d", "onnxruntime 1", List.of(new Step("s", "n", "1", "e"))),
                Optional.of(new Choice("m", 3, "canary", 0.1)),
                "next",
                0.25,
                1_700_000_000_123_456L,
                Map.of("v:a", 1.0, "v:b", 2L, "flag", true, "text", "t"));
        for (Outcome outcome : List.of(
                new Predicted(prediction),
                new Labelled(prediction, 1, 1_700_000_001_000_000L, "gate"),
                new Unlabelled(prediction))) {
            assertThat(OutcomeJson.read(new OutcomeJson().write(outcome))).isEqualTo(outcome);
        }
    }

    @Test
    void eachFoldGoesOnAtItsOwnOffset() throws InterruptedException {
        write(1, 10);
        var first = new SumFold("a", "1");
        Running running = start(() -> List.of(first));
        await().atMost(Duration.ofSeconds(60)).until(() -> first.count == 10);
        end(running);
        assertThat(first.kept).isNotEmpty();
        assertThat(running.folds()).isEmpty();

        write(11, 10);
        var restored = new SumFold("a", "1");
        var fresh = new SumFold("b", "1");
        var other = new SumFold("c", "1");
        running = start(() -> List.of(restored, fresh, other));
        await().atMost(Duration.ofSeconds(60)).until(() -> restored.count == 20 && fresh.count == 20);
        assertThat(restored.sum).isEqualTo(210);
        assertThat(fresh.sum).isEqualTo(210);
        assertThat(restored.kept.getFirst())
                .as("what it does outside is done again")
                .isPositive();
        end(running);

        var changed = new SumFold("a", "2");
        running = start(() -> List.of(changed));
        await().atMost(Duration.ofSeconds(60)).until(() -> changed.count == 20);
        assertThat(changed.sum).isEqualTo(210);
        end(running);
    }

    @Test
    void aFoldThatComesLaterBeginsAtTheFirstOutcomeAndOneThatThrowsHoldsUpNobody() {
        write(1, 5);
        var good = new SumFold("good", "1");
        var late = new SumFold("late", "1");
        var poisoned = new SumFold("k3", "1");
        var folds = new ArrayList<OutcomeFold>(List.of(good, poisoned));
        Running running = start(() -> List.copyOf(folds));
        await().atMost(Duration.ofSeconds(60)).until(() -> good.count == 5);
        assertThat(poisoned.count).isEqualTo(2);
        assertThat(running.folds()).containsOnlyKeys("good");

        folds.set(1, late);
        running.changed();
        await().atMost(Duration.ofSeconds(60)).until(() -> late.count == 5);
        write(6, 1);
        await().atMost(Duration.ofSeconds(60)).until(() -> good.count == 6 && late.count == 6);
        assertThat(good.sum).isEqualTo(21);
        assertThat(late.sum).isEqualTo(21);
    }

    private Running start(Supplier<List<OutcomeFold>> folds) {
        var streams =
                new KafkaLabelStreams(settings(), new FoldFiles(directory), LabelTelemetry.NONE, Optional.empty());
        Running running =
                streams.start(LabelStreamsOf.key(name, "labels-in"), Pipelines.of(Missing.IMPUTE), folds, null);
        started.add(running);
        return running;
    }

    static LabelSettings settings() {
        return new LabelSettings(
                Stage.settings(0, 500),
                1_000_000,
                Duration.ofHours(1),
                Duration.ofDays(1),
                Duration.ofDays(1),
                new Keeping(4, Duration.ofMillis(200)));
    }

    private static void end(Running running) throws InterruptedException {
        running.stop();
        assertThat(running.awaitEnd(Duration.ofSeconds(30))).isTrue();
    }

    private void write(int from, int many) {
        try (var topics = new LabelTopics(Stage.settings(0, 500));
                var producer = new KafkaProducer<byte[], byte[]>(
                        Map.of("bootstrap.servers", TestBroker.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            topics.ensure(LabelSettings.outcomes(name), 1, Map.of());
            var json = new OutcomeJson();
            for (int i = from; i < from + many; i++) {
                var prediction = new Prediction(
                        "in-0-" + i,
                        "k" + i,
                        Map.of(),
                        new ModelIdentity("m", "1", "d"),
                        Optional.empty(),
                        "",
                        i,
                        i,
                        Map.of());
                producer.send(new ProducerRecord<>(
                        LabelSettings.outcomes(name), 0, null, json.write(new Predicted(prediction))));
            }
        }
    }
}
