package io.millrace.local.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * Where a local platform keeps its files: everything in one folder, {@code .millrace/} of the clone unless another is given. Two platforms
 * with different folders and ports know nothing of each other.
 *
 * @param root the clone's root
 * @param home the folder of everything that is written
 * @param name of the data folder: {@code data} for {@code up}, one of its own for each demo
 */
public record Layout(Path root, Path home, String name) {
    /** Enough for the demos and their logs; a platform in use grows with what is sent. */
    private static final long LEAST_FREE_BYTES = 1L << 30;

    public Layout {
        root = root.toAbsolutePath();
        home = home.toAbsolutePath();
    }

    /** In the clone's {@code .millrace/}, which git ignores. */
    public Layout(Path root, String name) {
        this(root, root.resolve(".millrace"), name);
    }

    /** The data folder as it is told to the user: seen from the clone where it lies in it. */
    public Path shown() {
        return data().startsWith(root) ? root.relativize(data()) : data();
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

    /** What the disk that holds {@link #home()} has left for us, in bytes; the folder need not exist yet. */
    public long usableSpace() {
        Path at = home;
        while (!Files.exists(at) && at.getParent() != null) {
            at = at.getParent();
        }
        try {
            return Files.getFileStore(at).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param free what the disk has left, in bytes
     * @throws CommandFailure where that is less than 1 GiB
     */
    public void checkSpace(long free) {
        if (free < LEAST_FREE_BYTES) {
            throw CommandFailure.missing("the disk of " + home + " has " + (free >> 20)
                    + " MiB left; the local platform needs at least " + (LEAST_FREE_BYTES >> 20) + " MiB");
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
