package io.millrace.features.offline;

import io.millrace.features.app.offline.OfflineFile;
import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.app.offline.OfflineStore.Reached;
import io.millrace.features.app.offline.OfflineStoreException;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A manifest, with its files pinned until it is closed. */
final class FolderSnapshot implements OfflineSnapshot {
    private final Manifest manifest;
    private final OfflineFolder folder;
    private final Pins pins;
    private final List<String> pinned;
    private final Map<String, Path> fetched = new LinkedHashMap<>();
    private boolean closed;

    /** Pins the files; the manifest must have been read again behind that to be sure that all of them are still there. */
    FolderSnapshot(Manifest manifest, OfflineFolder folder, Pins pins) {
        this.manifest = manifest;
        this.folder = folder;
        this.pins = pins;
        this.pinned = manifest.files().stream().map(this::name).toList();
        pins.pin(pinned);
    }

    @Override
    public ViewId view() {
        return manifest.view();
    }

    @Override
    public long sequence() {
        return manifest.sequence();
    }

    @Override
    public Map<SourcePartition, Long> positions() {
        Map<SourcePartition, Long> positions = new HashMap<>();
        manifest.positions().forEach((partition, reached) -> positions.put(partition, reached.next()));
        return positions;
    }

    @Override
    public Optional<LocalDate> expiredBefore() {
        return Optional.ofNullable(manifest.expiredBefore());
    }

    Map<SourcePartition, Reached> reached() {
        return manifest.positions();
    }

    @Override
    public SortedMap<LocalDate, List<OfflineFile>> files() {
        var byDay = new TreeMap<LocalDate, List<OfflineFile>>();
        manifest.files().forEach(file -> byDay.computeIfAbsent(file.day(), _ -> new ArrayList<>())
                .add(file));
        return byDay;
    }

    @Override
    public synchronized List<Path> paths(LocalDate from, LocalDate to) {
        if (closed) {
            throw new IllegalStateException("the snapshot of " + view() + " is closed");
        }
        var paths = new ArrayList<Path>();
        for (OfflineFile file : manifest.files()) {
            if (!file.day().isBefore(from) && !file.day().isAfter(to)) {
                paths.add(path(file));
            }
        }
        return paths;
    }

    private Path path(OfflineFile file) {
        String name = name(file);
        Path known = fetched.get(name);
        if (known != null) {
            return known;
        }
        try {
            Path path = folder.fetch(name, file.bytes(), file.sha256());
            fetched.put(name, path);
            return path;
        } catch (IOException e) {
            throw new OfflineStoreException("a file of " + view() + " cannot be read: " + e.getMessage(), e);
        }
    }

    private String name(OfflineFile file) {
        return Manifests.folder(manifest.view()) + file.path();
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            fetched.keySet().forEach(folder::release);
            pins.unpin(pinned);
        }
    }
}
