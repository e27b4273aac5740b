package io.millrace.features.offline;

import io.millrace.features.app.offline.OfflineBatch;
import io.millrace.features.app.offline.OfflineBatch.Span;
import io.millrace.features.app.offline.OfflineConflictException;
import io.millrace.features.app.offline.OfflineFile;
import io.millrace.features.app.offline.OfflineStore.Reached;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a view version's folder holds. Never changed: a change gives another one with the next sequence.
 *
 * @param expiredBefore the first day whose events retention has not taken away; null where it has taken none
 * @param removed files that are no longer named, to be deleted when readers have had time to end
 */
record Manifest(
        ViewId view,
        long sequence,
        List<OfflineFile> files,
        Map<SourcePartition, Reached> positions,
        @Nullable LocalDate expiredBefore,
        List<Removed> removed) {
    Manifest {
        files = List.copyOf(files);
        positions = Map.copyOf(positions);
        removed = List.copyOf(removed);
    }

    /** A file that was named until then. */
    record Removed(String path, Instant since) {}

    static Manifest empty(ViewId view) {
        return new Manifest(view, 0, List.of(), Map.of(), null, List.of());
    }

    /**
     * With more files, and positions moved.
     *
     * @throws OfflineConflictException where a partition is not where the batch began
     */
    Manifest with(List<OfflineFile> more, OfflineBatch batch) {
        var moved = new HashMap<>(positions);
        batch.spans().forEach((partition, span) -> {
            long from = moved.containsKey(partition) ? moved.get(partition).next() : OfflineBatch.NEW;
            if (from != span.from()) {
                throw new OfflineConflictException(view + ": partition " + partition.partition() + " of "
                        + partition.topic() + " is at " + from + " in the offline store, the batch begins at "
                        + span.from());
            }
            moved.put(partition, reached(span));
        });
        var all = new ArrayList<>(files);
        all.addAll(more);
        return new Manifest(view, sequence + 1, all, moved, expiredBefore, removed);
    }

    private static Reached reached(Span span) {
        return new Reached(span.to(), span.newestMicros());
    }

    /** Whether all of these are named. */
    boolean names(Collection<OfflineFile> some) {
        return new HashSet<>(files).containsAll(some);
    }

    /** With some files in the place of others. */
    Manifest replacing(Collection<OfflineFile> old, List<OfflineFile> by, Instant now) {
        Set<OfflineFile> gone = new HashSet<>(old);
        var all = new ArrayList<>(files);
        all.removeIf(gone::contains);
        all.addAll(by);
        var waiting = new ArrayList<>(removed);
        old.forEach(file -> waiting.add(new Removed(file.path(), now)));
        return new Manifest(view, sequence + 1, all, positions, expiredBefore, waiting);
    }

    /** Without files of days before this one. */
    Manifest expiring(Collection<OfflineFile> old, LocalDate first, Instant now) {
        Manifest without = replacing(old, List.of(), now);
        LocalDate before = expiredBefore == null || expiredBefore.isBefore(first) ? first : expiredBefore;
        return new Manifest(view, without.sequence(), without.files(), positions, before, without.removed());
    }

    /** Without the memory of files that are deleted now. */
    Manifest forgetting(Collection<String> deleted) {
        Set<String> gone = new HashSet<>(deleted);
        return new Manifest(
                view,
                sequence + 1,
                files,
                positions,
                expiredBefore,
                removed.stream().filter(file -> !gone.contains(file.path())).toList());
    }
}
