package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.backing.ManagedProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Replicas of a stage's pipeline as processes, and the signals that are sent to them. */
final class ReplicaProcesses implements AutoCloseable {
    private final Stage stage;
    private final Path directory;
    private final List<ManagedProcess> started = new ArrayList<>();
    private String heap = "-Xmx128m";
    private int pollRecords = 50;
    private Duration session = Duration.ofSeconds(3);

    /** @param directory for the definition and the pace */
    ReplicaProcesses(Stage stage, Path directory) {
        this.stage = stage;
        this.directory = directory;
    }

    ReplicaProcesses withHeap(String option) {
        heap = option;
        return this;
    }

    ReplicaProcesses polling(int records) {
        pollRecords = records;
        return this;
    }

    ReplicaProcesses withSession(Duration timeout) {
        session = timeout;
        return this;
    }

    /** How long each scoring call of all replicas takes from now on, in milliseconds, or {@code away}. */
    void pace(String pace) {
        try {
            Path draft = Files.writeString(directory.resolve("pace.new"), pace);
            Files.move(draft, directory.resolve("pace"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ManagedProcess start(int ordinal) {
        try {
            Path definition = Files.writeString(directory.resolve("pipeline.yaml"), stage.yaml(""));
            var process = ManagedProcess.start(
                    "replica",
                    List.of(
                            ManagedProcess.java(),
                            heap,
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+ExitOnOutOfMemoryError",
                            "-Xshare:auto",
                            "-cp",
                            System.getProperty("java.class.path"),
                            LoopProcess.class.getName(),
                            TestBroker.bootstrapServers(),
                            Integer.toString(ordinal),
                            definition.toString(),
                            directory.resolve("pace").toString(),
                            Integer.toString(pollRecords),
                            Long.toString(session.toMillis())),
                    Map.of(),
                    Path.of("target/replicas/" + stage.name + "-" + started.size() + ".log"));
            started.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void signal(String name, ManagedProcess process) throws Exception {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        assertThat(status).isZero();
    }

    @Override
    public void close() {
        started.forEach(ManagedProcess::kill);
    }
}
