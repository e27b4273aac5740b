package io.millrace.features.store;

import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.EncodingException;
import io.millrace.features.kernel.fold.Cover;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.state.EventOrder;
import io.millrace.features.kernel.state.Observation;
import io.millrace.features.kernel.table.FeatureTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The online store in RocksDB, in a folder of the service's own. Rows and positions go into one write batch; its log is written and not synced: a killed
 * process loses nothing, a power loss loses a tail that Kafka gives again, with the positions that belong to it.
 *
 * <p>To be wired as one object for the service's life: {@code new RocksDbOnlineStore(directory, new RocksDbSettings(…))}, closed with the service. Blocking; reads take
 * tens of microseconds where the blocks are cached. One replica per folder.
 */
public final class RocksDbOnlineStore implements OnlineStore {
    private final RocksFolder folder;
    private final WriteOptions writeOptions;
    private final Plans plans = new Plans();
    private final ConcurrentMap<ViewId, ReentrantLock> applying = new ConcurrentHashMap<>();
    private final ReentrantLock numbering = new ReentrantLock();
    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
    private boolean closed;

    /**
     * Opens the folder, or makes it.
     *
     * @throws IllegalStateException where another process has the folder, or it cannot be written
     * @throws DamagedStoreException where what is in it cannot be used
     */
    public RocksDbOnlineStore(Path directory, RocksDbSettings settings) {
        this.folder = new RocksFolder(directory, settings);
        this.writeOptions = new WriteOptions();
    }

    private interface Work<T> {
        T run() throws RocksDBException;
    }

    @Override
    public Map<SourcePartition, Long> positions(ViewId view) {
        return whileOpen(() -> {
            ViewRecord record = record(view, null);
            return record == null ? Map.of() : record.positions();
        });
    }

    @Override
    public Applied apply(FeatureView view, Batch batch) {
        ViewPlan plan = plans.of(view);
        return whileOpen(() -> {
            ReentrantLock lock = applying.computeIfAbsent(view.id(), _ -> new ReentrantLock());
            lock.lock();
            try {
                return applyLocked(plan, batch);
            } finally {
                lock.unlock();
            }
        });
    }

    @Override
    public List<ViewRows> read(List<ViewQuery> queries) {
        return whileOpen(() -> {
            Snapshot snapshot = folder.db().getSnapshot();
            try (ReadOptions options = new ReadOptions().setSnapshot(snapshot);
                    RocksIterator keys = folder.db().newIterator(folder.rows(), options)) {
                var answers = new ArrayList<ViewRows>(queries.size());
                for (ViewQuery query : queries) {
                    answers.add(readSnapshot(query, options, keys));
                }
                return answers;
            } finally {
                folder.db().releaseSnapshot(snapshot);
            }
        });
    }

    @Override
    public void drop(ViewId view) {
        whileOpen(() -> {
            ReentrantLock lock = applying.computeIfAbsent(view, _ -> new ReentrantLock());
            lock.lock();
            try (var batch = new WriteBatch()) {
                ViewRecord record = record(view, null);
                if (record != null) {
                    batch.delete(folder.meta(), RocksKeys.view(view));
                    batch.deleteRange(
                            folder.rows(), RocksKeys.firstOf(record.number()), RocksKeys.firstOf(record.number() + 1));
                    folder.db().write(writeOptions, batch);
                }
                plans.forget(view);
                return true;
            } finally {
                lock.unlock();
            }
        });
    }

    /** Waits for what is under way. Closing twice is closing once. */
    @Override
    public void close() {
        life.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                writeOptions.close();
                folder.close();
            }
        } finally {
            life.writeLock().unlock();
        }
    }

    private Applied applyLocked(ViewPlan plan, Batch batch) throws RocksDBException {
        ViewId id = plan.view().id();
        ViewRecord before = record(id, null);
        if (before == null) {
            before = ViewRecord.empty(nextNumber());
        }
        var fold = new BatchFold(plan, batch.events(), before.positions(), before.newestMicros());
        if (fold.isEmpty()) {
            ViewRecord after = before.advanced(Long.MIN_VALUE, batch.next());
            if (!after.equals(before)) {
                folder.db().put(folder.meta(), writeOptions, RocksKeys.view(id), after.toBytes());
            }
            return fold.nothingApplied();
        }
        int number = before.number();
        try (RocksIterator keys = folder.db().newIterator(folder.rows());
                var changes = new WriteBatch()) {
            var reader = new RocksRowReader(plan, keys);
            RowChanges rows = fold.fold(new StoredRows(number, reader));
            write(rows, number, reader, changes);
            changes.put(
                    folder.meta(),
                    RocksKeys.view(id),
                    before.advanced(rows.newestMicros(), batch.next()).toBytes());
            folder.db().write(writeOptions, changes);
            return rows.applied();
        }
    }

    private void write(RowChanges rows, int number, RocksRowReader reader, WriteBatch changes) throws RocksDBException {
        for (var tile : rows.tiles().entrySet()) {
            changes.put(
                    folder.rows(),
                    RocksKeys.tile(number, tile.getKey()),
                    tile.getValue().toBytes());
        }
        for (var singles : rows.singles().entrySet()) {
            byte[] row = RocksKeys.row(number, singles.getKey());
            for (Observation single : singles.getValue()) {
                changes.put(folder.rows(), RocksKeys.single(row, single.order()), content(single));
            }
        }
        for (EntityRow entity : rows.trim()) {
            byte[] row = RocksKeys.row(number, entity);
            Observation behind = rows.behind().get(entity);
            List<byte[]> old = reader.singlesTo(row, rows.horizon().singlesAfterMicros());
            int keep = behind == null ? 1 : 0;
            for (int i = 0; i < old.size() - keep; i++) {
                changes.delete(folder.rows(), old.get(i));
            }
            if (behind != null) {
                changes.put(folder.rows(), RocksKeys.single(row, behind.order()), content(behind));
            }
            for (byte[] tile : reader.tilesTo(row, rows.horizon().tilesAfterMicros())) {
                changes.delete(folder.rows(), tile);
            }
        }
    }

    private ViewRows readSnapshot(ViewQuery query, ReadOptions options, RocksIterator keys) throws RocksDBException {
        ViewPlan plan = plans.of(query.view());
        ViewRecord record = record(query.view().id(), options);
        var table = new FeatureTable(query.rows(), query.features().length);
        if (record == null) {
            return new ViewRows(table, Map.of(), OptionalLong.empty());
        }
        var reader = new RocksRowReader(plan, keys);
        long earliest = Answers.earliest(plan, record.newestMicros());
        Cover cover = null;
        for (int row = 0; row < query.rows(); row++) {
            EntityKey key = query.keys().get(row);
            long asOf = query.asOfMicros()[row];
            if (key == null) {
                continue;
            }
            if (asOf < earliest) {
                table.beforeRetention(row, earliest);
                continue;
            }
            cover = cover != null && cover.asOfMicros() == asOf ? cover : plan.cover(asOf);
            byte[] stored = RocksKeys.row(record.number(), EntityRow.of(key));
            plan.read(cover, reader.read(stored, cover), query.features(), table, row);
        }
        return new ViewRows(table, record.positions(), record.newestMicros());
    }

    private @Nullable ViewRecord record(ViewId view, @Nullable ReadOptions options) throws RocksDBException {
        byte[] key = RocksKeys.view(view);
        byte[] bytes = options == null
                ? folder.db().get(folder.meta(), key)
                : folder.db().get(folder.meta(), options, key);
        return bytes == null ? null : ViewRecord.read(bytes);
    }

    private int nextNumber() throws RocksDBException {
        numbering.lock();
        try {
            byte[] stored = folder.db().get(folder.meta(), RocksKeys.NEXT_NUMBER);
            int number = stored == null ? 1 : new ByteReader(stored).int32();
            var next = new ByteWriter();
            next.int32(number + 1);
            folder.db().put(folder.meta(), writeOptions, RocksKeys.NEXT_NUMBER, next.toBytes());
            return number;
        } finally {
            numbering.unlock();
        }
    }

    private <T> T whileOpen(Work<T> work) {
        life.readLock().lock();
        try {
            if (closed) {
                throw new StoreUnavailableException("the online store in " + folder.directory() + " is closed", null);
            }
            return work.run();
        } catch (RocksDBException e) {
            Status status = e.getStatus();
            if (status != null && status.getCode() == Status.Code.Corruption) {
                throw damaged(e);
            }
            throw new StoreUnavailableException(
                    "the online store in " + folder.directory() + " failed: " + e.getMessage(), e);
        } catch (EncodingException e) {
            throw damaged(e);
        } finally {
            life.readLock().unlock();
        }
    }

    private DamagedStoreException damaged(Exception e) {
        return new DamagedStoreException(
                "the online store in " + folder.directory() + " is damaged: " + e.getMessage()
                        + ". Move the folder away and start again: the state is built again from Kafka",
                e);
    }

    private static byte[] content(Observation event) {
        var out = new ByteWriter();
        event.writeContent(out);
        return out.toBytes();
    }

    /** The rows of one view as a batch sees them; the view's lock is held. */
    private final class StoredRows implements BatchFold.Rows {
        private final int number;
        private final RocksRowReader reader;

        StoredRows(int number, RocksRowReader reader) {
            this.number = number;
            this.reader = reader;
        }

        @Override
        public Map<TileKey, byte[]> tiles(Collection<TileKey> keys) {
            List<TileKey> wanted = List.copyOf(keys);
            List<byte[]> encoded =
                    wanted.stream().map(key -> RocksKeys.tile(number, key)).toList();
            List<byte[]> values;
            try {
                values = folder.db().multiGetAsList(Collections.nCopies(encoded.size(), folder.rows()), encoded);
            } catch (RocksDBException e) {
                throw new StoreUnavailableException("tiles could not be read: " + e.getMessage(), e);
            }
            Map<TileKey, byte[]> found = HashMap.newHashMap(wanted.size());
            for (int i = 0; i < wanted.size(); i++) {
                byte[] value = values.get(i);
                if (value != null) {
                    found.put(wanted.get(i), value);
                }
            }
            return found;
        }

        @Override
        public Map<EntityRow, EventOrder> newest(Collection<EntityRow> entities, long atOrBeforeMicros) {
            Map<EntityRow, EventOrder> found = new HashMap<>();
            try {
                for (EntityRow entity : entities) {
                    byte[] row = RocksKeys.row(number, entity);
                    byte[] key = reader.newestSingleTo(row, atOrBeforeMicros);
                    if (key != null) {
                        found.put(entity, RocksKeys.order(key, row.length + 1));
                    }
                }
            } catch (RocksDBException e) {
                throw new StoreUnavailableException("single events could not be read: " + e.getMessage(), e);
            }
            return found;
        }
    }
}
