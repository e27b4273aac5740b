package io.millrace.features.app.offline;

import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** One manifest of a view version: every event below its positions, and no other. Its files stay until this is closed. Thread-safe. */
public interface OfflineSnapshot extends AutoCloseable {
    ViewId view();

    /** Grows with every change of the view's files. */
    long sequence();

    /** Offset of the next record of each source partition. */
    Map<SourcePartition, Long> positions();

    /** The files by day of their event times, UTC. */
    SortedMap<LocalDate, List<OfflineFile>> files();

    /** The first day whose events retention has not taken away; empty where it has taken none. */
    default Optional<LocalDate> expiredBefore() {
        return Optional.empty();
    }

    /**
     * The files of these days, both inclusive, as paths on this machine that DuckDB can read; fetched first where the store is remote.
     *
     * @throws OfflineStoreException where a file is missing, damaged or cannot be fetched
     */
    List<Path> paths(LocalDate from, LocalDate to);

    /** All files. */
    default List<Path> paths() {
        return paths(LocalDate.MIN, LocalDate.MAX);
    }

    /** Rows of all files. */
    default long rows() {
        return files().values().stream()
                .flatMap(List::stream)
                .mapToLong(OfflineFile::rows)
                .sum();
    }

    @Override
    void close();
}
