package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.backing.ManagedProcess;
import io.millrace.inference.app.PipelineStreams.RunningStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas as processes that are killed and frozen at moments that a seed draws. */
class StreamFaultsTest {
    private static final long SEED = 20_010_302L;

    private final Stage stage = new Stage();
    private final Random random = new Random(SEED);

    @TempDir
    private Path directory;

    private @Nullable ReplicaProcesses replicas;

    @AfterEach
    void close() {
        processes().close();
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

    /** With the session timeout of the defaults, the least that brokers take unless they are told otherwise. */
    @Test
    void aReplicaThatDiesIsTakenOverByAnother() throws Exception {
        stage.makeInput(4);
        Duration session = Duration.ofSeconds(6);
        processes().withSession(session).pace("20");
        ManagedProcess dying = processes().start(1);
        stage.send(0, 200);
        stage.flush();
        until(() -> stage.outcomes() > 0);
        stage.start(
                stage.pipeline(),
                Stage.settings(TestBroker.bootstrapServers(), 0, 50, session),
                new FakeScoring(Duration.ofMillis(20)));
        stage.awaitMembers(2);
        stage.send(200, 2_000);
        stage.flush();
        int seen = stage.outcomes();
        until(() -> stage.outcomes() > seen + 300);
        dying.kill();
        long killed = System.nanoTime();
        stage.awaitOutcomesOfAllPartitionsSince();
        Duration took = Duration.ofNanos(System.nanoTime() - killed);
        System.out.printf("taken over %d ms after the kill, session timeout %s%n", took.toMillis(), session);

        until(() -> stage.outcomes() == 2_200 + 40);
        stage.assertExactlyOnce();
        // The goal is 10 s, which an idle machine keeps; the rest is for machines in use.
        assertThat(took).isLessThan(Duration.ofSeconds(15));
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
        ReplicaProcesses.signal("STOP", replica);
        LockSupport.parkNanos(Duration.ofSeconds(6).toNanos());
        ReplicaProcesses.signal("CONT", replica);

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
        ReplicaProcesses.signal("STOP", zombie);
        var scoring = new FakeScoring(Duration.ofMillis(20));
        RunningStream successor = stage.start(stage.pipeline(), Stage.settings(0, 50), scoring);
        until(() -> scoring.calls.get() > 3);
        ReplicaProcesses.signal("CONT", zombie);
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
        processes().pace(Integer.toString(callMillis));
        return processes().start(ordinal);
    }

    private ReplicaProcesses processes() {
        if (replicas == null) {
            replicas = new ReplicaProcesses(stage, directory);
        }
        return replicas;
    }

    private static void until(BooleanSupplier condition) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .until(condition::getAsBoolean);
    }
}
