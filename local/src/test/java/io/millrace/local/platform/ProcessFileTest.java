package io.millrace.local.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessFileTest {
    @TempDir
    Path folder;

    private Process sleeper;
    private ProcessFile file;

    @BeforeEach
    void start() throws IOException {
        sleeper = new ProcessBuilder("sleep", "300").start();
        file = new ProcessFile(folder.resolve("run/processes"));
    }

    @AfterEach
    void end() {
        sleeper.destroyForcibly();
    }

    @Test
    void aProcessThatRunsIsFoundAgainAndEnded() {
        file.add(ProcessFile.entry("sleeper", sleeper.pid()).orElseThrow());
        assertThat(file.alive()).extracting(ProcessFile.Entry::name).containsExactly("sleeper");
        assertThat(file.endAll(Duration.ofSeconds(10))).containsExactly("sleeper");
        awaitEnd(sleeper);
        assertThat(file.read()).isEmpty();
    }

    @Test
    void whoeverEndsAllGoesOnItself() {
        file.add(ProcessFile.entry("platform", ProcessHandle.current().pid()).orElseThrow());
        file.add(ProcessFile.entry("sleeper", sleeper.pid()).orElseThrow());
        assertThat(file.endAll(Duration.ofSeconds(10))).containsExactly("sleeper");
        assertThat(file.read()).isEmpty();
    }

    @Test
    void aProcessThatIsAddedAgainHasItsNewNameAndStandsThereOnce() {
        file.add(ProcessFile.entry("helper", sleeper.pid()).orElseThrow());
        file.add(ProcessFile.entry("kafka", sleeper.pid()).orElseThrow());
        assertThat(file.read()).extracting(ProcessFile.Entry::name).containsExactly("kafka");
    }

    @Test
    void aNumberThatBelongsToAnotherProcessNowIsLeftAlone() {
        file.add(new ProcessFile.Entry("kafka", sleeper.pid(), Instant.parse("2020-01-01T00:00:00Z")));
        assertThat(file.alive()).isEmpty();
        assertThat(file.endAll(Duration.ofSeconds(1))).isEmpty();
        assertThat(sleeper.isAlive()).isTrue();
    }

    @Test
    void aProcessThatWasKilledButNotWaitedForCountsAsEnded() throws IOException {
        // exec makes the sleeper the parent of a child that it never waits for.
        Process negligent = new ProcessBuilder("bash", "-c", "sleep 300 & echo $!; exec sleep 300").start();
        try (var out = negligent.inputReader()) {
            long child = Long.parseLong(out.readLine());
            ProcessFile.Entry entry = ProcessFile.entry("child", child).orElseThrow();
            assertThat(entry.handle()).isPresent();
            entry.handle().ifPresent(ProcessHandle::destroyForcibly);
            await().atMost(Duration.ofSeconds(10)).until(() -> entry.handle().isEmpty());
            assertThat(Path.of("/proc", String.valueOf(child))).exists();
        } finally {
            negligent.destroyForcibly();
        }
    }

    @Test
    void linesOfAnotherFormArePassedOver() throws IOException {
        Files.createDirectories(folder.resolve("run"));
        Files.writeString(folder.resolve("run/processes"), "not a process\nkafka x 12\n");
        assertThat(file.read()).isEmpty();
    }

    @Test
    void theNextCommandEndsWhatAKilledKeeperLeftBehind() {
        var layout = new Layout(folder, "data");
        layout.create();
        new RunState(layout)
                .processes()
                .add(ProcessFile.entry("feature-service", sleeper.pid()).orElseThrow());
        var bytes = new ByteArrayOutputStream();
        var platform = new LocalPlatform(layout, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        assertThat(platform.running()).isEmpty();
        platform.endLeftovers();
        awaitEnd(sleeper);
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .contains("ended what an earlier run left behind: feature-service");
        assertThat(platform.stop()).isFalse();
    }

    @Test
    void processesAreNamedAfterTheirCommand() {
        assertThat(ProcessWatch.nameOf("java -jar /x/feature-service/target/quarkus-app/quarkus-run.jar"))
                .isEqualTo("feature-service");
        assertThat(ProcessWatch.nameOf("java -cp lib/* kafka.Kafka server.properties"))
                .isEqualTo("kafka");
        assertThat(ProcessWatch.nameOf("initdb")).isEqualTo("helper");
    }

    @Test
    void residentMemoryIsReadFromWhatLinuxSays() {
        assertThat(Memory.residentOf("Name:\tjava\nVmRSS:\t  204800 kB\n")).hasValue(200L << 20);
        assertThat(Memory.residentOf("Name:\tjava\n")).isEmpty();
    }

    /** The JVM hears of its child's end on a thread of its own, so that {@code isAlive} may lag behind the system's own table. */
    private static void awaitEnd(Process process) {
        await().atMost(Duration.ofSeconds(10)).until(() -> !process.isAlive());
    }
}
