package io.millrace.features.offline;

import io.millrace.features.app.offline.OfflineFile;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes few large files of many small ones, and removes what no manifest names any more. Readers are never in the way: a file that was replaced stays for a time of grace, and as long as
 * a snapshot of this process has it. Whoever dies in the middle leaves files that nobody names; they go when they are older than the time of grace.
 */
final class Compaction {
    private final ParquetOfflineStore store;
    private final OfflineFolder folder;
    private final ParquetFiles parquet;
    private final Pins pins;
    private final Path work;
    private final Limits limits;
    private final InstantSource clock;

    /**
     * When to merge and to remove.
     *
     * @param files a day with this many small files is merged
     * @param bytes a file that has this many is no longer small
     * @param grace how long a replaced file stays
     */
    record Limits(int files, long bytes, Duration grace) {}

    Compaction(
            ParquetOfflineStore store,
            OfflineFolder folder,
            ParquetFiles parquet,
            Pins pins,
            Path work,
            Limits limits,
            InstantSource clock) {
        this.store = store;
        this.folder = folder;
        this.parquet = parquet;
        this.pins = pins;
        this.work = work;
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * Merges the small files of each day that has too many of them.
     *
     * @return number of files that were merged into others
     */
    int merge(FeatureView view) throws IOException {
        Map<LocalDate, List<OfflineFile>> small = new TreeMap<>();
        for (OfflineFile file : store.manifests().read(view.id()).files()) {
            if (file.bytes() < limits.bytes()) {
                small.computeIfAbsent(file.day(), _ -> new ArrayList<>()).add(file);
            }
        }
        int merged = 0;
        for (Map.Entry<LocalDate, List<OfflineFile>> day : small.entrySet()) {
            List<OfflineFile> files = together(day.getValue());
            if (files.size() >= limits.files() && rewrite(view, day.getKey(), files, null)) {
                merged += files.size();
            }
        }
        return merged;
    }

    /** The smallest files whose sizes together do not go far beyond what is large. */
    private List<OfflineFile> together(List<OfflineFile> small) {
        var together = new ArrayList<OfflineFile>();
        long bytes = 0;
        for (OfflineFile file : small.stream()
                .sorted(Comparator.comparingLong(OfflineFile::bytes))
                .toList()) {
            if (bytes >= limits.bytes()) {
                break;
            }
            together.add(file);
            bytes += file.bytes();
        }
        return together;
    }

    /**
     * Puts one file into the place of some of a day.
     *
     * @param where SQL over the columns that the rows to keep meet; null for all
     * @return false where somebody else changed those files meanwhile; nothing was changed then
     * @throws IOException also where a file is not what was written: its rows are not thrown away
     */
    boolean rewrite(FeatureView view, LocalDate day, List<OfflineFile> files, @Nullable String where)
            throws IOException {
        String prefix = Manifests.folder(view.id());
        List<String> names = files.stream().map(file -> prefix + file.path()).toList();
        pins.pin(names);
        try {
            var paths = new ArrayList<Path>();
            List<OfflineFile> by;
            try {
                for (OfflineFile file : files) {
                    Path path = folder.fetch(prefix + file.path(), file.bytes(), file.sha256());
                    paths.add(path);
                    if (!Digests.of(path).equals(file.sha256())) {
                        throw new IOException(file.path() + " is damaged: its digest is not the one that was written");
                    }
                }
                long sequence = store.manifests().read(view.id()).sequence() + 1;
                by = store.put(view.id(), sequence, parquet.merge(view, day, paths, where));
            } catch (NoSuchFileException e) {
                return false;
            } finally {
                names.subList(0, paths.size()).forEach(folder::release);
            }
            return exchange(view.id(), files, by);
        } finally {
            pins.unpin(names);
        }
    }

    private boolean exchange(ViewId view, List<OfflineFile> files, List<OfflineFile> by) throws IOException {
        Instant now = clock.instant();
        var done = new AtomicBoolean();
        store.manifests().change(view, manifest -> {
            done.set(manifest.names(files));
            return done.get() ? manifest.replacing(files, by, now) : null;
        });
        if (!done.get()) {
            store.remove(view, by);
        }
        return done.get();
    }

    /**
     * Drops the days before this one.
     *
     * @return number of files
     */
    int expire(ViewId view, LocalDate first) {
        List<OfflineFile> old = store.manifests().read(view).files().stream()
                .filter(file -> file.day().isBefore(first))
                .toList();
        if (old.isEmpty()) {
            return 0;
        }
        Instant now = clock.instant();
        store.manifests().change(view, manifest -> manifest.names(old) ? manifest.expiring(old, first, now) : null);
        return old.size();
    }

    /**
     * Removes files that are not named and have been so for the time of grace.
     *
     * @return number of files
     */
    int sweep(ViewId view) throws IOException {
        Instant until = clock.instant().minus(limits.grace());
        String prefix = Manifests.folder(view);
        List<OfflineFolder.Entry> there = folder.list(prefix);
        Manifest manifest = store.manifests().read(view);
        Set<String> named = new HashSet<>();
        manifest.files().forEach(file -> named.add(prefix + file.path()));
        Set<String> waiting = new HashSet<>();
        var ripe = new ArrayList<String>();
        for (Manifest.Removed removed : manifest.removed()) {
            String name = prefix + removed.path();
            if (removed.since().isAfter(until) || pins.isPinned(name)) {
                waiting.add(name);
            } else {
                ripe.add(removed.path());
            }
        }
        List<String> gone = there.stream()
                .filter(entry -> !Manifests.isManifest(entry.name()))
                .filter(entry -> !named.contains(entry.name()) && !waiting.contains(entry.name()))
                .filter(entry -> ripe.contains(entry.name().substring(prefix.length()))
                        || !entry.modified().isAfter(until))
                .filter(entry -> !pins.isPinned(entry.name()))
                .map(OfflineFolder.Entry::name)
                .toList();
        folder.delete(gone);
        if (!ripe.isEmpty()) {
            store.manifests().change(view, now -> now.forgetting(ripe));
        }
        return gone.size();
    }

    /** Removes what is left in the folder for work of those who died. */
    void sweepWork() throws IOException {
        if (!Files.isDirectory(work)) {
            return;
        }
        Instant until = clock.instant().minus(limits.grace());
        List<Path> files;
        try (Stream<Path> all = Files.list(work)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            if (Files.getLastModifiedTime(file).toInstant().isBefore(until)) {
                Files.deleteIfExists(file);
            }
        }
    }
}
