package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.backing.ManagedProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process with several outputs that is killed at moments that a seed draws. */
class RoutedFaultsTest {
    private static final int EACH = 1_500;
    private static final int KILLS = 3;

    @TempDir
    private Path directory;

    @Test
    void aReplicaWithSeveralOutputsThatIsKilledLeavesInEachTopicExactlyWhatBelongsIntoIt() {
        var random = new Random(20_261_122L);
        // A prediction is twice the amount.
        try (var stage = new Stage(new StageRoutes(3_000, 8_000));
                var replicas = new ReplicaProcesses(stage, directory)) {
            stage.makeInput(4);
            replicas.pace("15");
            ManagedProcess replica = replicas.start(0);
            for (int kill = 0; kill < KILLS; kill++) {
                int seen = stage.outcomes();
                stage.send(kill * EACH, EACH);
                stage.raw("k", "poison " + kill);
                stage.flush();
                until(() -> stage.outcomes() > seen);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(50, 250)));
                replica.kill();
                replica = replicas.start(0);
            }
            until(() -> stage.outcomes() == KILLS * (EACH + 1));

            stage.assertExactlyOnce();
            assertThat(List.of(stage.output, stage.name + ".high", stage.name + ".low", stage.name + ".alerts"))
                    .extracting(topic -> stage.committed(topic).size())
                    .containsExactly(4_500, 3_000, 1_500, 500);
        }
    }

    private static void until(BooleanSupplier condition) {
        await().atMost(Duration.ofSeconds(120))
                .pollInterval(Duration.ofMillis(100))
                .until(condition::getAsBoolean);
    }
}
