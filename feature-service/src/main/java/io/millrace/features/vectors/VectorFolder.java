package io.millrace.features.vectors;

import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.VectorIndex.Found;
import io.millrace.features.app.VectorIndex.Search;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.encoding.ValueEncoding;
import io.millrace.features.kernel.state.EventOrder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * The index of one view version in a folder of its own. Positions travel in Lucene's commits, so that a commit says exactly what is in it; what came after the last one
 * is applied again. Thread-safe.
 */
final class VectorFolder implements AutoCloseable {
    private static final String DEFINITION = "definition";

    private final IndexedView view;
    private final VectorSettings settings;
    private final Directory directory;
    private final IndexWriter writer;

    /** The newest event of each entity that was written since the last look at the index. */
    private final Map<BytesRef, EventOrder> unseen = new HashMap<>();

    private final Map<SourcePartition, Long> applied = new HashMap<>();
    private final Map<String, String> notes = new HashMap<>();
    private volatile Snapshot snapshot;
    private volatile Map<SourcePartition, Long> durable;
    private volatile Map<String, String> durableNotes;
    private boolean changed;
    private boolean uncommitted;
    private long looked = System.nanoTime();
    private long committed = System.nanoTime();

    /**
     * Opens the index, or begins one where there is none or it is of another definition.
     *
     * @throws IOException where the folder cannot be used, or what is in it is damaged
     */
    VectorFolder(IndexedView view, Path folder, VectorSettings settings) throws IOException {
        this.view = view;
        this.settings = settings;
        this.directory = FSDirectory.open(folder);
        try {
            boolean usable = isUsable();
            this.writer = new IndexWriter(
                    directory,
                    new IndexWriterConfig()
                            .setCodec(new WideVectors())
                            .setRAMBufferSizeMB(settings.writeBufferMiB())
                            .setCommitOnClose(false)
                            .setOpenMode(
                                    usable ? IndexWriterConfig.OpenMode.APPEND : IndexWriterConfig.OpenMode.CREATE));
            if (usable) {
                applied.putAll(CommitPositions.read(writer.getLiveCommitData()));
                notes.putAll(CommitPositions.notes(writer.getLiveCommitData()));
            } else {
                commit();
            }
            this.durable = Map.copyOf(applied);
            this.durableNotes = Map.copyOf(notes);
            this.snapshot = new Snapshot(DirectoryReader.open(writer), durable);
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    /** Reads the checksums of all files: what is damaged is built again rather than searched. */
    private boolean isUsable() throws IOException {
        if (!DirectoryReader.indexExists(directory)) {
            return false;
        }
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
            for (LeafReaderContext leaf : reader.leaves()) {
                leaf.reader().checkIntegrity();
            }
            return view.fingerprint()
                    .equals(reader.getIndexCommit().getUserData().get(DEFINITION));
        }
    }

    Map<SourcePartition, Long> durable() {
        return durable;
    }

    Map<String, String> durableNotes() {
        return durableNotes;
    }

    synchronized void apply(Batch batch, Map<String, String> kept) throws IOException {
        merge(batch.events().stream().filter(this::isUnseen).toList());
        batch.next().forEach((source, next) -> applied.merge(source, next, Math::max));
        notes.putAll(kept);
        uncommitted = true;
        changed = true;
    }

    private boolean isUnseen(FeatureEvent event) {
        Long position = applied.get(event.position().source());
        return position == null || event.position().offset() >= position;
    }

    synchronized void merge(List<FeatureEvent> events) throws IOException {
        Map<EntityKey, FeatureEvent> newest = new HashMap<>();
        events.forEach(event -> newest.merge(event.key(), event, VectorFolder::newer));
        for (FeatureEvent event : newest.values()) {
            write(event);
            uncommitted = true;
            changed = true;
        }
    }

    private static FeatureEvent newer(FeatureEvent a, FeatureEvent b) {
        return EventOrder.of(a).compareTo(EventOrder.of(b)) >= 0 ? a : b;
    }

    private void write(FeatureEvent event) throws IOException {
        byte[] key = ValueEncoding.key(event.key());
        EventOrder order = EventOrder.of(event);
        EventOrder before = order(new BytesRef(key));
        if (before == null || before.compareTo(order) < 0) {
            writer.updateDocument(RowDocument.term(key), RowDocument.of(view, key, event));
            unseen.put(new BytesRef(key), order);
        }
    }

    /** The event that the index has of an entity, found by its key alone: what was written since the last look, else what the snapshot has. */
    private @Nullable EventOrder order(BytesRef key) throws IOException {
        EventOrder written = unseen.get(key);
        if (written != null) {
            return written;
        }
        for (LeafReaderContext leaf : snapshot.reader().leaves()) {
            Terms terms = leaf.reader().terms(RowDocument.KEY);
            TermsEnum found = terms == null ? null : terms.iterator();
            if (found != null && found.seekExact(key)) {
                EventOrder order = order(leaf, found);
                if (order != null) {
                    return order;
                }
            }
        }
        return null;
    }

    private @Nullable EventOrder order(LeafReaderContext leaf, TermsEnum key) throws IOException {
        PostingsEnum documents = key.postings(null, PostingsEnum.NONE);
        Bits live = leaf.reader().getLiveDocs();
        for (int document = documents.nextDoc();
                document != PostingsEnum.NO_MORE_DOCS;
                document = documents.nextDoc()) {
            if (live == null || live.get(document)) {
                BinaryDocValues rows = leaf.reader().getBinaryDocValues(RowDocument.ROW);
                if (rows != null && rows.advanceExact(document)) {
                    return RowDocument.row(rows.binaryValue(), view.keys()).order();
                }
            }
        }
        return null;
    }

    synchronized void remove(Collection<EntityKey> keys) throws IOException {
        for (EntityKey key : keys) {
            byte[] bytes = ValueEncoding.key(key);
            writer.deleteDocuments(RowDocument.term(bytes));
            unseen.remove(new BytesRef(bytes));
        }
        changed = true;
        uncommitted = true;
        look();
    }

    /** Shows what was applied once that is due, and commits where that is. */
    synchronized void settle(long nowMicros) throws IOException {
        long now = System.nanoTime();
        if (changed && now - looked >= settings.refreshInterval().toNanos()) {
            look();
        }
        if (uncommitted && now - committed >= settings.commitInterval().toNanos()) {
            long oldest = view.oldest(nowMicros);
            if (oldest != Long.MIN_VALUE) {
                writer.deleteDocuments(LongPoint.newRangeQuery(RowDocument.TIME, Long.MIN_VALUE, oldest - 1));
            }
            commit();
            look();
        }
    }

    /** Makes all that was applied findable now. */
    synchronized void look() throws IOException {
        Snapshot before = snapshot;
        DirectoryReader reader = DirectoryReader.openIfChanged(before.reader(), writer);
        if (reader == null) {
            reader = before.reader();
            reader.incRef();
        }
        snapshot = new Snapshot(reader, Map.copyOf(applied));
        before.reader().decRef();
        unseen.clear();
        changed = false;
        looked = System.nanoTime();
    }

    private void commit() throws IOException {
        var data = new HashMap<>(CommitPositions.write(applied, notes));
        data.put(DEFINITION, view.fingerprint());
        writer.setLiveCommitData(data.entrySet());
        writer.commit();
        durable = Map.copyOf(applied);
        durableNotes = Map.copyOf(notes);
        uncommitted = false;
        committed = System.nanoTime();
    }

    Found search(Search search) throws IOException {
        Snapshot taken = taken();
        try {
            return new Found(new Nearest(view, taken.reader()).find(search), taken.positions());
        } finally {
            taken.reader().decRef();
        }
    }

    /** The newest snapshot, held against being closed meanwhile. */
    private Snapshot taken() {
        while (true) {
            Snapshot now = snapshot;
            if (now.reader().tryIncRef()) {
                return now;
            }
        }
    }

    @Override
    public synchronized void close() {
        try (directory;
                writer) {
            if (uncommitted) {
                commit();
            }
            snapshot.reader().decRef();
        } catch (IOException e) {
            throw new UncheckedIOException("the vector index of " + view.id() + " could not be closed", e);
        }
    }

    /** A state of the index that can be searched, and the positions that it has. */
    private record Snapshot(DirectoryReader reader, Map<SourcePartition, Long> positions) {}

    /** How the index works. */
    record VectorSettings(double writeBufferMiB, Duration refreshInterval, Duration commitInterval) {}
}
