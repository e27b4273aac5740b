package io.millrace.local.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;

/** The files through which a platform's keeper and the commands talk: what runs and how far it is, and the wish that it ends. */
public final class RunState {
    /** How far the platform is. */
    public enum Phase {
        STARTING,
        READY,
        FAILED
    }

    /** What runs, as its keeper wrote it. */
    public record Snapshot(Phase phase, String message, PortPlan ports, String dataName) {}

    private final Path folder;

    public RunState(Layout layout) {
        this.folder = layout.run();
    }

    public ProcessFile processes() {
        return new ProcessFile(folder.resolve("processes"));
    }

    void write(Phase phase, String message, PortPlan ports, String dataName) {
        var state = new Properties();
        state.setProperty("phase", phase.name());
        state.setProperty("message", message);
        state.setProperty("port-base", String.valueOf(ports.base()));
        state.setProperty("data", dataName);
        Path draft = folder.resolve("state.new");
        try {
            try (var out = Files.newBufferedWriter(draft)) {
                state.store(out, null);
            }
            Files.move(draft, stateFile(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Empty where nothing has been started, or the file is of another form. */
    public Optional<Snapshot> read() {
        var state = new Properties();
        try (var in = Files.newBufferedReader(stateFile())) {
            state.load(in);
            return Optional.of(new Snapshot(
                    Phase.valueOf(state.getProperty("phase", "")),
                    state.getProperty("message", ""),
                    new PortPlan(Integer.parseInt(state.getProperty("port-base", ""))),
                    state.getProperty("data", "data")));
        } catch (IOException | IllegalArgumentException none) {
            return Optional.empty();
        }
    }

    void clear() {
        delete(stateFile());
        delete(stopFile());
        delete(keepFile());
        processes().delete();
    }

    void askToStop() {
        touch(stopFile());
    }

    boolean stopAsked() {
        return Files.exists(stopFile());
    }

    /** From now on the platform outlives the command that started it. */
    void release() {
        touch(keepFile());
    }

    boolean released() {
        return Files.exists(keepFile());
    }

    private Path stateFile() {
        return folder.resolve("state");
    }

    private Path stopFile() {
        return folder.resolve("stop");
    }

    private Path keepFile() {
        return folder.resolve("keep");
    }

    private static void touch(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
