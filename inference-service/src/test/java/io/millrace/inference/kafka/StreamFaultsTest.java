package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.backing.ManagedProcess;
import io.millrace.inference.app.PipelineStreams.RunningStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas as processes that are killed and frozen at moments that a seed draws. */
class StreamFaultsTest {
    private static final long SEED = 20_010_302L;

    private final Stage stage = new Stage();
    private final List<ManagedProcess> processes = new ArrayList<>();
    private final Random random = new Random(SEED);

    @TempDir
    private Path directory;

    @AfterEach
    void close() {
        processes.forEach(ManagedProcess::kill);
        stage.close();
    }

    @Test
    void whateverTheMomentOfAKillEachInputHasOneOutcomeInOrderAndWorkGoesOnWithinTenSeconds() {
        stage.makeInput(4);
        Duration slowest = Duration.ZERO;
        ManagedProcess replica = replica(0, 15);
        int total = 0;
        for (int kill = 0; kill < 4; kill++) {
            int seen = stage.outcomes();
            for (int amount = kill * 2_000; amount < (kill + 1) * 2_000; amount++) {
                if (amount % 400 == 13) {
                    stage.raw("k", "poison " + amount);
                    total++;
                }
                stage.event("e" + amount % 37, amount);
                total++;
            }
            stage.flush();
            until(() -> stage.outcomes() > seen);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(50, 250)));
            replica.kill();
            long killed = System.nanoTime();
            int atKill = stage.outcomes();
            int all = total;
            replica = replica(0, 15);
            until(() -> stage.outcomes() > atKill || atKill == all);
            Duration took = Duration.ofNanos(System.nanoTime() - killed);
            slowest = took.compareTo(slowest) > 0 ? took : slowest;
        }
        int all = total;
        until(() -> stage.outcomes() == all);

        stage.assertExactlyOnce();
        assertThat(stage.committed(stage.deadLetters)).hasSize(20);
        assertThat(slowest).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void aReplicaThatDiesIsTakenOverByAnother() {
        stage.makeInput(4);
        stage.send(0, 3_000);
        stage.flush();
        ManagedProcess dying = replica(1, 20);
        until(() -> stage.outcomes() > 0);
        stage.start(stage.pipeline(), Stage.settings(0, 50), new FakeScoring(Duration.ofMillis(20)));
        int seen = stage.outcomes();
        until(() -> stage.outcomes() > seen + 400);
        dying.kill();

        until(() -> stage.outcomes() == 3_000);
        stage.assertExactlyOnce();
    }

    @Test
    void anOpenTransactionOfAReplicaThatIsGoneIsEndedByWhoTakesOver() throws Exception {
        stage.makeInput(2);
        stage.make(stage.output, 2);
        stage.send(0, 100);
        stage.flush();
        StreamSettings patient = Stage.settings(1, 50);
        Map<String, Object> config = new HashMap<>(patient.producer(stage.name));
        config.put("transaction.timeout.ms", 300_000);
        try (var gone = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            gone.initTransactions();
            gone.beginTransaction();
            gone.send(new ProducerRecord<>(stage.output, "never".getBytes(StandardCharsets.UTF_8)));
            gone.sendOffsetsToTransaction(
                    Map.of(
                            new TopicPartition(stage.input, 0), new OffsetAndMetadata(1),
                            new TopicPartition(stage.input, 1), new OffsetAndMetadata(1)),
                    new ConsumerGroupMetadata(StreamSettings.group(stage.name)));
            stage.start(stage.pipeline(), Stage.settings(0, 50), new FakeScoring(Duration.ZERO));

            until(() -> stage.outcomes() == 100);
            stage.assertExactlyOnce();
            assertThatThrownBy(gone::commitTransaction).isInstanceOf(KafkaException.class);
        }
    }

    @Test
    void aKilledBrokerThatComesBackFindsNothingLostAndNothingTwice() {
        stage.makeInput(2);
        stage.send(0, 1_500);
        stage.flush();
        RunningStream stream =
                stage.start(stage.pipeline(), Stage.settings(0, 50), new FakeScoring(Duration.ofMillis(30)));
        until(() -> stage.outcomes() > 100);
        TestBroker.killAndRestart();

        until(() -> stage.outcomes() == 1_500);
        stage.assertExactlyOnce();
        until(() -> !stream.status().stalled());
    }

    @Test
    void aReplicaThatWasFrozenBeyondItsTransactionIsFencedAndGoesOn() throws Exception {
        stage.makeInput(2);
        stage.send(0, 2_000);
        stage.flush();
        ManagedProcess replica = replica(0, 30);
        until(() -> stage.outcomes() > 100);
        signal("STOP", replica);
        LockSupport.parkNanos(Duration.ofSeconds(6).toNanos());
        signal("CONT", replica);

        until(() -> stage.outcomes() == 2_000);
        stage.assertExactlyOnce();
    }

    @Test
    void aReplicaThatWasReplacedWhileItWasFrozenDoesNothingUntilItsSuccessorIsGone() throws Exception {
        stage.makeInput(2);
        stage.send(0, 1_500);
        stage.flush();
        ManagedProcess zombie = replica(0, 20);
        until(() -> stage.outcomes() > 100);
        signal("STOP", zombie);
        var scoring = new FakeScoring(Duration.ofMillis(20));
        RunningStream successor = stage.start(stage.pipeline(), Stage.settings(0, 50), scoring);
        until(() -> scoring.calls.get() > 3);
        signal("CONT", zombie);
        until(() -> zombie.logTail(200).contains("another process runs this pipeline as replica 0"));
        until(() -> stage.outcomes() == 1_500);
        stage.assertExactlyOnce();
        assertThat(successor.status().stalled()).isFalse();

        stage.stop(successor);
        stage.send(1_500, 50);
        stage.flush();
        until(() -> stage.outcomes() == 1_550);
        stage.assertExactlyOnce();
    }

    private ManagedProcess replica(int ordinal, int callMillis) {
        try {
            Path definition = Files.writeString(directory.resolve("pipeline.yaml"), stage.yaml(""));
            var process = ManagedProcess.start(
                    "replica",
                    List.of(
                            ManagedProcess.java(),
                            "-Xmx128m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-Xshare:auto",
                            "-cp",
                            System.getProperty("java.class.path"),
                            LoopProcess.class.getName(),
                            TestBroker.bootstrapServers(),
                            Integer.toString(ordinal),
                            definition.toString(),
                            Integer.toString(callMillis)),
                    Map.of(),
                    Path.of("target/replicas/" + stage.name + "-" + processes.size() + ".log"));
            processes.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void signal(String name, ManagedProcess process) throws Exception {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        assertThat(status).isZero();
    }

    private static void until(BooleanSupplier condition) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .until(condition::getAsBoolean);
    }
}
