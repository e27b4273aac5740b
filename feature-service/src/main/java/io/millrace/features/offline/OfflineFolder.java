package io.millrace.features.offline;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where files are kept: a local folder or a bucket. Names are relative, with {@code /} between folders. What a method returned from is on disk. Thread-safe, also towards
 * other processes on the same folder.
 */
interface OfflineFolder extends AutoCloseable {
    /** A small file that changes. */
    Optional<Content> read(String name) throws IOException;

    /**
     * Writes a small file if it is still as it was read.
     *
     * @param tag of the content that it replaces; null where there must be none
     * @return false where somebody else was faster; nothing was written then
     */
    boolean replace(String name, byte[] bytes, @Nullable String tag) throws IOException;

    /** Takes a file over under a new name that never changes; the file itself is gone afterwards. */
    void put(String name, Path file) throws IOException;

    /**
     * A file that {@link #put} took, as a path on this machine, good until it is given back with {@link #release}.
     *
     * @throws IOException where it is not there, or not what was put: the size or the digest differs
     */
    Path fetch(String name, long bytes, String sha256) throws IOException;

    /** The path of {@link #fetch} is no longer needed. */
    void release(String name);

    /** Every file below the folder {@code prefix}, which ends with {@code /} or is empty. */
    List<Entry> list(String prefix) throws IOException;

    /** Removes files; those that are not there are fine. */
    void delete(List<String> names) throws IOException;

    @Override
    void close();

    /** Bytes, and what tells them from others under that name. */
    record Content(byte[] bytes, String tag) {}

    record Entry(String name, long bytes, Instant modified) {}
}
