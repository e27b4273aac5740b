package io.millrace.features.vectors;

import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.VectorIndex;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.jboss.logging.Logger;

/** Vector indexes on Lucene's HNSW graphs (Malkov and Yashunin 2018), one folder per view version below one directory. */
public final class LuceneVectorIndex implements VectorIndex {
    private static final Logger LOG = Logger.getLogger(LuceneVectorIndex.class);

    private final Path directory;
    private final VectorFolder.VectorSettings settings;
    private final Map<ViewId, VectorFolder> open = new ConcurrentHashMap<>();

    LuceneVectorIndex(Path directory, VectorFolder.VectorSettings settings) {
        this.directory = directory;
        this.settings = settings;
    }

    @Override
    public Map<SourcePartition, Long> positions(FeatureView view) {
        return folder(view).durable();
    }

    @Override
    public Map<String, String> notes(FeatureView view) {
        return folder(view).durableNotes();
    }

    private VectorFolder folder(FeatureView view) {
        return open.computeIfAbsent(view.id(), _ -> opened(view));
    }

    private VectorFolder opened(FeatureView view) {
        IndexedView indexed = IndexedView.of(view);
        Path folder = folder(view.id());
        try {
            try {
                Files.createDirectories(folder);
                return new VectorFolder(indexed, folder, settings);
            } catch (CorruptIndexException | IndexFormatTooOldException | IndexFormatTooNewException damaged) {
                LOG.errorf(
                        "%s: the vector index cannot be used and is built again from its source: %s",
                        view.id(), damaged.getMessage());
                delete(folder);
                Files.createDirectories(folder);
                return new VectorFolder(indexed, folder, settings);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the vector index of " + view.id() + " cannot be opened", e);
        }
    }

    @Override
    public void apply(FeatureView view, Batch batch, Map<String, String> notes) {
        doing(view.id(), "written", folder -> folder.apply(batch, notes));
    }

    @Override
    public void merge(FeatureView view, List<FeatureEvent> events) {
        doing(view.id(), "written", folder -> folder.merge(events));
    }

    @Override
    public void remove(FeatureView view, Collection<EntityKey> keys) {
        if (open.containsKey(view.id())) {
            doing(view.id(), "written", folder -> folder.remove(keys));
        }
    }

    @Override
    public void settle(FeatureView view, long nowMicros) {
        doing(view.id(), "written", folder -> folder.settle(nowMicros));
    }

    @Override
    public Found search(FeatureView view, Search search) {
        try {
            return of(view.id()).search(search);
        } catch (IOException e) {
            throw new UncheckedIOException("the vector index of " + view.id() + " cannot be searched", e);
        }
    }

    @Override
    public void drop(ViewId view) {
        VectorFolder folder = open.remove(view);
        if (folder != null) {
            folder.close();
        }
        try {
            delete(folder(view));
        } catch (IOException e) {
            throw new UncheckedIOException("the vector index of " + view + " cannot be deleted", e);
        }
    }

    @Override
    public void close() {
        List.copyOf(open.keySet()).forEach(view -> {
            VectorFolder folder = open.remove(view);
            if (folder != null) {
                folder.close();
            }
        });
    }

    private Path folder(ViewId view) {
        return directory.resolve(view.name()).resolve(view.version());
    }

    private VectorFolder of(ViewId view) {
        VectorFolder folder = open.get(view);
        if (folder == null) {
            throw new IllegalStateException("no vector index of " + view + " is open");
        }
        return folder;
    }

    private interface Work {
        void on(VectorFolder folder) throws IOException;
    }

    private void doing(ViewId view, String what, Work work) {
        try {
            work.on(of(view));
        } catch (IOException e) {
            throw new UncheckedIOException("the vector index of " + view + " cannot be " + what, e);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
