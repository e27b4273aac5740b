package io.millrace.features.offline;

import io.millrace.features.app.offline.OfflineBatch;
import io.millrace.features.app.offline.OfflineConflictException;
import io.millrace.features.app.offline.OfflineFile;
import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.offline.OfflineStoreException;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The offline store in a folder. Files come first, then the manifest that names them: whoever dies between the two leaves files that nobody names, and begins again at the
 * positions of the manifest that is there.
 */
final class ParquetOfflineStore implements OfflineStore {
    private final OfflineFolder folder;
    private final Manifests manifests;
    private final ParquetFiles parquet;
    private final Pins pins;

    ParquetOfflineStore(OfflineFolder folder, ParquetFiles parquet, Pins pins) {
        this.folder = folder;
        this.manifests = new Manifests(folder);
        this.parquet = parquet;
        this.pins = pins;
    }

    @Override
    public OfflineSnapshot snapshot(ViewId view) {
        Manifest manifest = manifests.read(view);
        while (true) {
            var snapshot = new FolderSnapshot(manifest, folder, pins);
            Manifest again = manifests.read(view);
            if (again.sequence() == manifest.sequence()) {
                return snapshot;
            }
            snapshot.close();
            manifest = again;
        }
    }

    @Override
    public Map<SourcePartition, Reached> reached(ViewId view) {
        return manifests.read(view).positions();
    }

    @Override
    public void append(FeatureView view, OfflineBatch batch) {
        Manifest before = manifests.read(view.id());
        before.with(List.of(), batch);
        try {
            List<OfflineFile> files = put(view.id(), before.sequence() + 1, parquet.write(view, batch.rows()));
            try {
                manifests.change(view.id(), manifest -> manifest.with(files, batch));
            } catch (OfflineConflictException e) {
                remove(view.id(), files);
                throw e;
            }
        } catch (IOException e) {
            throw new OfflineStoreException("rows of " + view.id() + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** Deletes files that no manifest names. */
    void remove(ViewId view, List<OfflineFile> files) throws IOException {
        folder.delete(
                files.stream().map(file -> Manifests.folder(view) + file.path()).toList());
    }

    /** Takes written files over under names that no other file has. */
    List<OfflineFile> put(ViewId view, long sequence, List<ParquetFiles.Written> written) throws IOException {
        var files = new ArrayList<OfflineFile>();
        for (ParquetFiles.Written each : written) {
            String path = "day=" + each.day() + "/" + sequence + "-"
                    + UUID.randomUUID().toString().substring(0, 8) + ".parquet";
            var file = new OfflineFile(path, each.day(), each.rows(), Files.size(each.file()), Digests.of(each.file()));
            folder.put(Manifests.folder(view) + path, each.file());
            files.add(file);
        }
        return files;
    }

    @Override
    public void read(FeatureView view, OfflineSnapshot snapshot, List<Path> files, Consumer<OfflineRow> rows) {
        Map<String, String> topics = new HashMap<>();
        snapshot.positions().keySet().forEach(partition -> topics.put(partition.topicId(), partition.topic()));
        try {
            parquet.read(view, files, topics, rows);
        } catch (IOException e) {
            throw new OfflineStoreException(e.getMessage() == null ? "files cannot be read" : e.getMessage(), e);
        }
    }

    @Override
    public void drop(ViewId view) {
        manifests.delete(view);
        try {
            folder.delete(folder.list(Manifests.folder(view)).stream()
                    .map(OfflineFolder.Entry::name)
                    .toList());
        } catch (IOException e) {
            throw new OfflineStoreException("the files of " + view + " cannot be deleted: " + e.getMessage(), e);
        }
    }

    Manifests manifests() {
        return manifests;
    }
}
