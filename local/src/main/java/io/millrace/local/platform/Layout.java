package io.millrace.local.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * Where a local platform keeps its files: everything under {@code .millrace/} of the clone.
 *
 * @param root the clone's root
 * @param name of the data folder: {@code data} for {@code up}, one of its own for each demo
 */
public record Layout(Path root, String name) {
    /** Enough for the demos and their logs; a platform in use grows with what is sent. */
    private static final long LEAST_FREE_BYTES = 1L << 30;

    public Layout {
        root = root.toAbsolutePath();
    }

    /** The folder of everything; in {@code .gitignore}. */
    public Path home() {
        return root.resolve(".millrace");
    }

    public Path data() {
        return home().resolve(name);
    }

    public Path data(String part) {
        return data().resolve(part);
    }

    /** The model repository of inference-service. */
    public Path models() {
        return data("models");
    }

    public Path logs() {
        return home().resolve("logs");
    }

    public Path log(String process) {
        return logs().resolve(process + ".log");
    }

    /** What runs: process file, state, requests to stop. */
    public Path run() {
        return home().resolve("run");
    }

    /** Scratch space of the processes, instead of the machine's. */
    public Path temp() {
        return home().resolve("tmp");
    }

    /** Makes the folders. */
    public void create() {
        try {
            for (Path folder : new Path[] {data(), models(), logs(), run(), temp()}) {
                Files.createDirectories(folder);
            }
        } catch (IOException e) {
            throw CommandFailure.missing("cannot make " + e.getMessage() + " (disk full or not writable?)");
        }
    }

    /**
     * @throws CommandFailure where the disk that holds {@link #home()} has less than 1 GiB left
     */
    public void checkSpace() {
        try {
            long free = Files.getFileStore(root).getUsableSpace();
            if (free < LEAST_FREE_BYTES) {
                throw CommandFailure.missing("the disk of " + root + " has " + (free >> 20)
                        + " MiB left; the local platform needs at least " + (LEAST_FREE_BYTES >> 20) + " MiB");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes the data folder with all in it. Only while nothing runs on it. */
    public void wipe() {
        if (!Files.exists(data())) {
            return;
        }
        try (Stream<Path> all = Files.walk(data())) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw CommandFailure.failed("cannot delete " + e.getMessage());
        }
    }
}
