package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.backing.ManagedProcess;
import io.millrace.inference.app.PipelineStreams.RunningStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas that come, go and are restarted while events keep arriving. */
class StreamReplicasTest {
    private static final long SEED = 20_251_121L;

    private final Stage stage = new Stage();
    private int sent;

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        stage.close();
    }

    @Test
    void aRollingRestartOfReplicasUnderLoadLosesAndRepeatsNothing() {
        try (var replicas = new ReplicaProcesses(stage, directory)) {
            replicas.pace("5");
            stage.makeInput(4);
            var running = new ArrayList<>(List.of(replicas.start(0), replicas.start(1)));
            stage.awaitMembers(2);
            for (int ordinal = 0; ordinal < 2; ordinal++) {
                send(1_500);
                int seen = stage.outcomes();
                until(() -> stage.outcomes() > seen);
                ManagedProcess leaving = running.get(ordinal);
                leaving.stop(Duration.ofSeconds(10));
                // 143: ended by SIGTERM, in time, after its transaction.
                assertThat(leaving.exitValue()).isEqualTo(143);
                running.set(ordinal, replicas.start(ordinal));
                send(500);
                stage.awaitMembers(2);
            }
            until(() -> stage.outcomes() == sent);
            stage.assertExactlyOnce();
            assertThat(stage.committed(stage.deadLetters)).isEmpty();
        }
    }

    /** Each change of the group happens while the others score or commit: the moments are drawn, the load never ends. */
    @Test
    void scalingFromOneToThreeAndBackAgainAndAgainLosesAndRepeatsNothing() {
        var random = new Random(SEED);
        stage.makeInput(6);
        var running = new ArrayList<RunningStream>();
        for (int round = 0; round < 3; round++) {
            while (running.size() < 3) {
                running.add(stage.start(
                        stage.pipeline(),
                        Stage.settings(running.size(), 20),
                        new FakeScoring(Duration.ofMillis(random.nextInt(2, 12)))));
                send(random.nextInt(300, 600));
                int some = stage.outcomes() + random.nextInt(20, 200);
                until(() -> stage.outcomes() >= Math.min(some, sent));
            }
            while (running.size() > 1) {
                send(random.nextInt(300, 600));
                stage.stop(running.removeLast());
            }
        }
        until(() -> stage.outcomes() == sent);
        stage.assertExactlyOnce();
    }

    /** The group gives its partitions away while it still scores: what it then tries to commit is fenced by the group's generation. */
    @Test
    void aReplicaThatScoresBeyondItsPollIntervalCommitsNothingOfPartitionsThatOthersHaveByNow() throws Exception {
        stage.makeInput(2);
        send(400);
        var stuck = new CountDownLatch(1);
        var fake = new FakeScoring(Duration.ZERO);
        RunningStream hanging = stage.start(stage.pipeline(), impatient(0), (pipeline, rows, patience, deadline) -> {
            try {
                stuck.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return fake.score(pipeline, rows, patience, deadline);
        });
        stage.awaitMembers(1);
        stage.start(stage.pipeline(), impatient(1), new FakeScoring(Duration.ZERO));
        until(() -> stage.outcomes() == sent);

        stuck.countDown();
        until(() -> fake.calls.get() > 0);
        send(400);
        until(() -> stage.outcomes() == sent);
        until(() -> !hanging.status().stalled());
        stage.assertExactlyOnce();
    }

    @Test
    void aHotKeyHoldsUpOtherPartitionsByOneFetchAtMost() {
        stage.makeInput(4);
        String padding = "x".repeat(1_000);
        for (int amount = 0; amount < 6_000; amount++) {
            String id = amount % 10 == 0 ? "e" + amount % 37 : "hot";
            stage.raw(
                    id,
                    "{\"id\":\"" + id + "\",\"at\":1700000000000,\"amount\":" + amount + ",\"more\":\"" + padding
                            + "\"}");
        }
        stage.flush();
        sent += 6_000;
        stage.start(stage.pipeline(), Stage.settings(0, 100), new FakeScoring(Duration.ofMillis(10)));
        until(() -> stage.outcomes() == sent);
        stage.assertExactlyOnce();

        // The hot partition's records are not all scored before any other's: what lies in front of the last of the
        // others is less than the whole, by far.
        List<Integer> order = stage.sourcePartitionsInOrderOfCommit();
        int hot = order.stream().collect(Collectors.groupingBy(p -> p, Collectors.counting())).entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
        long hotBeforeLastOther = 0;
        long seenHot = 0;
        for (int partition : order) {
            if (partition == hot) {
                seenHot++;
            } else {
                hotBeforeLastOther = seenHot;
            }
        }
        assertThat(hotBeforeLastOther).isLessThan(seenHot / 2);
    }

    private void send(int count) {
        stage.send(sent, count);
        stage.flush();
        sent += count;
    }

    /** Gives partitions up after 3 s without a poll and 2 s without a sign of life. */
    private static StreamSettings impatient(int ordinal) {
        StreamSettings settings = Stage.settings(ordinal, 50);
        return new StreamSettings(
                settings.bootstrapServers(),
                ordinal,
                settings.pollRecords(),
                settings.partRecords(),
                Duration.ofSeconds(2),
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                Duration.ofSeconds(1),
                settings.compression(),
                true,
                settings.maxEventBytes(),
                settings.minBackOff(),
                settings.maxBackOff());
    }

    private static void until(BooleanSupplier condition) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .until(condition::getAsBoolean);
    }
}
