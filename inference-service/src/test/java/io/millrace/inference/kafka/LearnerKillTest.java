package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.backing.ManagedProcess;
import io.millrace.inference.app.label.FoldStates.Identity;
import io.millrace.inference.app.label.FoldStates.Kept;
import io.millrace.inference.app.learn.LearnerFold;
import io.millrace.inference.app.learn.OnlineModels;
import io.millrace.inference.domain.label.Outcome;
import io.millrace.inference.store.FoldFiles;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A learner that is killed at random places, with SIGKILL, becomes to the bit what one becomes that never stopped. */
class LearnerKillTest {
    private static final int KILLS = 3;
    private static final int CHUNK = 2_500;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void whateverKillsItTheStateAndItsVersionsAreThoseOfAnUninterruptedRun(long seed) throws Exception {
        String labels = "killed-" + seed;
        Path states = directory.resolve("states");
        Path models = Files.createDirectories(directory.resolve("models"));
        var random = new Random(seed);
        String topicId = LabelOutcomes.topic(labels);
        int written = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            LabelOutcomes.write(labels, written, CHUNK, LearnerKillTest::outcome);
            written += CHUNK;
            long from = offset(states, labels, topicId);
            long until = from + random.nextInt((int) (written - from));
            ManagedProcess process = start(labels, states, models, seed + "-" + kill);
            try {
                await().atMost(Duration.ofSeconds(90))
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> offset(states, labels, topicId) >= until);
            } finally {
                process.kill();
            }
        }
        LabelOutcomes.write(labels, written, CHUNK, LearnerKillTest::outcome);
        int all = written + CHUNK;
        ManagedProcess process = start(labels, states, models, seed + "-last");
        try {
            await().atMost(Duration.ofSeconds(90)).until(() -> offset(states, labels, topicId) == all);
        } finally {
            process.kill();
        }

        Path wholeModels = Files.createDirectories(directory.resolve("whole"));
        LearnerFold whole = LearnerProcess.fold(wholeModels);
        for (int i = 0; i < all; i++) {
            whole.fold(outcome(i), i);
            if (whole.isDue()) {
                whole.kept(i + 1);
            }
        }
        var bytes = new ByteArrayOutputStream();
        whole.write(new DataOutputStream(bytes));
        Kept kept = new FoldFiles(states).read(identity(labels, topicId)).orElseThrow();
        assertThat(kept.state()).isEqualTo(bytes.toByteArray());
        List<String> versions = versions(wholeModels);
        assertThat(versions).hasSize(4);
        assertThat(versions(models)).isEqualTo(versions);
        for (String version : versions) {
            assertThat(models.resolve("online").resolve(version).resolve("model.onnx"))
                    .hasSameBinaryContentAs(
                            wholeModels.resolve("online").resolve(version).resolve("model.onnx"));
        }
    }

    /** Every seventh is of no label. */
    private static Outcome outcome(int i) {
        return i % 7 == 6 ? OnlineModels.unlabelled(i) : OnlineModels.labelled(i);
    }

    private static List<String> versions(Path models) throws IOException {
        try (var folders = Files.list(models.resolve("online"))) {
            return folders.map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    private Identity identity(String labels, String topicId) {
        LearnerFold fold = LearnerProcess.fold(directory);
        return new Identity(labels, fold.name(), fold.fingerprint(), topicId);
    }

    private long offset(Path states, String labels, String topicId) throws IOException {
        return new FoldFiles(states)
                .read(identity(labels, topicId))
                .map(Kept::offset)
                .orElse(0L);
    }

    private static ManagedProcess start(String labels, Path states, Path models, String log) throws IOException {
        return ManagedProcess.start(
                "learner",
                List.of(
                        ManagedProcess.java(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xshare:auto",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LearnerProcess.class.getName(),
                        TestBroker.bootstrapServers(),
                        labels,
                        states.toString(),
                        models.toString()),
                Map.of(),
                Path.of("target/learners/" + log + ".log"));
    }
}
