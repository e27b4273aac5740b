package io.millrace.features.offline;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Copies of remote files on this machine, by their names, which never mean another file: what is there is what was written, also after a restart. Copies that nobody uses make room for others, the longest unused
 * first. Thread-safe.
 */
final class FileCache {
    private static final String SUFFIX = ".parquet";

    private final Path folder;
    private final long bytes;
    private final InstantSource clock;
    private final Map<String, Integer> used = new HashMap<>();

    /** Brings a file. */
    interface Source {
        void copyTo(Path target) throws IOException;
    }

    FileCache(Path folder, long bytes, InstantSource clock) {
        this.folder = folder;
        this.bytes = bytes;
        this.clock = clock;
    }

    /**
     * The copy of a file, good until it is given back with {@link #release}.
     *
     * @throws IOException where the source has other bytes than these
     */
    synchronized Path fetch(String name, long size, String sha256, Source source) throws IOException {
        Path copy = copy(name);
        if (!Files.exists(copy) || Files.size(copy) != size) {
            Files.createDirectories(folder);
            makeRoom(size);
            bring(sha256, size, source, copy);
        }
        Files.setLastModifiedTime(copy, FileTime.from(clock.instant()));
        used.merge(copy.toString(), 1, Integer::sum);
        return copy;
    }

    synchronized void release(String name) {
        used.computeIfPresent(copy(name).toString(), (_, count) -> count == 1 ? null : count - 1);
    }

    /** Removes the copy, whoever uses it. */
    synchronized void forget(String name) throws IOException {
        Files.deleteIfExists(copy(name));
    }

    private Path copy(String name) {
        return folder.resolve(Digests.of(name.getBytes(StandardCharsets.UTF_8)) + SUFFIX);
    }

    private void bring(String sha256, long size, Source source, Path copy) throws IOException {
        Path beside = folder.resolve(UUID.randomUUID() + ".new");
        try {
            source.copyTo(beside);
            if (Files.size(beside) != size || !Digests.of(beside).equals(sha256)) {
                throw new IOException("it is damaged: its bytes are not those that were written");
            }
            Files.move(beside, copy, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private void makeRoom(long needed) throws IOException {
        List<Path> oldestFirst;
        try (Stream<Path> files = Files.list(folder)) {
            oldestFirst = files.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted(Comparator.comparingLong(file -> file.toFile().lastModified()))
                    .toList();
        }
        long there =
                oldestFirst.stream().mapToLong(file -> file.toFile().length()).sum();
        for (Path file : oldestFirst) {
            if (there + needed <= bytes) {
                return;
            }
            if (!used.containsKey(file.toString())) {
                there -= Files.size(file);
                Files.delete(file);
            }
        }
    }
}
