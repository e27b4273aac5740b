package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.backing.ManagedProcess;
import io.millrace.inference.app.PipelineStreams.RunningStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stream does where what it needs is slow, away or taken from it while it runs. */
class StreamPressureTest {
    private static final int EVENTS = 40_000;

    private final Stage stage = new Stage();

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        stage.close();
    }

    /** The backlog is larger than the heap: whoever kept it in memory would end. */
    @Test
    void whileScoringIsTenTimesSlowAndThenAwayTheLagGrowsTheHeapDoesNotAndNothingIsADeadLetter() {
        try (var replicas = new ReplicaProcesses(stage, directory)) {
            replicas.withHeap("-Xmx48m").polling(200).pace("100");
            stage.makeInput(4);
            ManagedProcess replica = replicas.start(0);
            String padding = "x".repeat(2_000);
            for (int amount = 0; amount < EVENTS; amount++) {
                String id = "e" + amount % 37;
                stage.raw(
                        id,
                        "{\"id\":\"" + id + "\",\"at\":1700000000000,\"amount\":" + amount + ",\"more\":\"" + padding
                                + "\"}");
            }
            stage.flush();
            until(() -> stage.outcomes() > 1_000);
            replicas.pace("away");
            until(() -> replica.logTail(50).contains("FEATURES_UNAVAILABLE"));
            int whileAway = stage.outcomes();
            assertThat(whileAway).isLessThan(EVENTS / 2);

            replicas.pace("0");
            long back = System.nanoTime();
            until(() -> stage.outcomes() > whileAway);
            assertThat(Duration.ofNanos(System.nanoTime() - back)).isLessThan(Duration.ofSeconds(30));
            until(() -> stage.outcomes() == EVENTS);
            assertThat(replica.isAlive()).isTrue();
            assertThat(stage.committed(stage.deadLetters)).isEmpty();
            stage.assertExactlyOnce();
        }
    }

    @Test
    void aDeadLetterTopicThatIsTakenAwayStopsTheStreamAtTheFirstPoisonAndSkipsNothing() throws Exception {
        stage.makeInput(1);
        stage.make(stage.output, 1);
        stage.make(stage.deadLetters, 1);
        StreamSettings settings = Stage.settings(0, 10);
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
        RunningStream stream = stage.start(stage.pipeline(), asking, new FakeScoring(Duration.ZERO));
        stage.send(0, 20);
        stage.flush();
        until(() -> stage.outcomes() == 20);
        stage.admin.deleteTopics(List.of(stage.deadLetters)).all().get();
        stage.send(20, 20);
        stage.raw("k", "poison");
        stage.send(40, 20);
        stage.flush();
        until(() -> stream.status().reason().contains("'" + stage.deadLetters + "' does not exist"));
        assertThat(stream.status().stalled()).isTrue();
        assertThat(stage.committed(stage.output)).hasSizeBetween(20, 40);

        stage.make(stage.deadLetters, 1);
        until(() -> stage.committed(stage.output).size()
                        + stage.committed(stage.deadLetters).size()
                == 61);
        assertThat(stage.committed(stage.deadLetters)).hasSize(1);
        stage.assertExactlyOnce();
    }

    @Test
    void anEventOfALaterVersionIsScoredAndWhatIsNotKnownOfItIsLeftAlone() {
        stage.makeInput(1);
        stage.raw(null, "{\"version\":99,\"id\":\"a\",\"at\":1700000000000,\"amount\":3,\"later\":{\"x\":[1,2]}}");
        stage.flush();
        stage.start(stage.pipeline(), Stage.settings(0, 10), new FakeScoring(Duration.ZERO));
        until(() -> stage.outcomes() == 1);
        stage.assertExactlyOnce();
        assertThat(stage.committed(stage.output)).hasSize(1);
    }

    private static void until(BooleanSupplier condition) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .until(condition::getAsBoolean);
    }
}
