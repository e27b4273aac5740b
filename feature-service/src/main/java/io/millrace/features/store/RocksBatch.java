package io.millrace.features.store;

import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.fold.Horizon;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.state.EventOrder;
import io.millrace.features.kernel.state.Observation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** The rows of one view as a batch finds and changes them; the view's lock is held. Used once. */
final class RocksBatch implements BatchFold.Rows, AutoCloseable {
    private static final Comparator<RowFold> BY_KEY = Comparator.comparing(RowFold::row);

    private final RocksFolder folder;
    private final ViewPlan plan;
    private final int number;
    private final RowWrites rows;
    private final ByteWriter key = new ByteWriter();
    private final ByteWriter value = new ByteWriter();
    private final WrittenTiles.Batch written = new WrittenTiles.Batch();
    private @Nullable RocksIterator keys;
    private @Nullable RocksRowReader reader;
    private long oldestMicros = Long.MAX_VALUE;

    RocksBatch(RocksFolder folder, ViewPlan plan, ViewRecord before) {
        this.folder = folder;
        this.plan = plan;
        this.number = before.number();
        this.rows = new RowWrites(folder.rows().getID(), folder.memory());
        folder.tiles().begin(number, plan.levels(), before.newestMicros());
    }

    /** Most batches need none: it is made when it is asked for. */
    private RocksRowReader reader() {
        RocksRowReader made = reader;
        if (made == null) {
            RocksIterator over = folder.db().newIterator(folder.rows());
            keys = over;
            made = new RocksRowReader(plan, over);
            reader = made;
        }
        return made;
    }

    @Override
    public void close() {
        RocksIterator made = keys;
        if (made != null) {
            made.close();
        }
        folder.giveBack(rows.memory());
    }

    /** Writes the rows and the other changes as one, and keeps the tiles that are among them. */
    void writeTo(WriteOptions options, WriteBatch others) throws RocksDBException {
        boolean isWritten = false;
        try (WriteBatch all = rows.with(others)) {
            folder.db().write(options, all);
            isWritten = true;
        } finally {
            if (isWritten) {
                folder.tiles().written(number, written, oldestMicros);
            } else {
                folder.tiles().forget(number);
            }
        }
    }

    /** Takes the changes of the rows, in the order of their keys: what RocksDB is given so, it puts into its memory faster. */
    void take(RowChanges changes, WriteBatch others) throws RocksDBException {
        oldestMicros = changes.oldestMicros();
        var sorted = new ArrayList<>(changes.rows());
        sorted.sort(BY_KEY);
        for (RowFold row : sorted) {
            key.cutTo(0);
            RocksKeys.writeRow(number, row.row(), key);
            int prefix = key.length();
            List<RowFold.Slot> slots = row.slots();
            for (int i = 0; i < slots.size(); i++) {
                RowFold.Slot slot = slots.get(i);
                key.cutTo(prefix);
                RocksKeys.writeTile(slot.key().level(), slot.key().number(), key);
                value.cutTo(0);
                slot.tile().writeTo(value);
                rows.put(key, value);
                written.add(slot.key(), isOneOfTheLast(slots, i) ? value.toBytes() : null);
            }
            for (List<Observation> pack : EventPack.of(row.singles(), plan.levels())) {
                key.cutTo(prefix);
                RocksKeys.writeSingle(pack.getFirst().order(), key);
                value.cutTo(0);
                EventPack.write(pack, value);
                rows.put(key, value);
            }
        }
        if (!folder.tiles().isAllWithin(number, plan.levels(), changes.horizon(), oldestMicros)) {
            for (RowFold row : sorted) {
                if (row.isTrimmed()) {
                    trim(row, changes.horizon(), others);
                }
            }
        }
    }

    /** Whether a tile is one of the last of its level that a row has. */
    private static boolean isOneOfTheLast(List<RowFold.Slot> slots, int place) {
        int later = place + WrittenTiles.KEPT;
        return later >= slots.size()
                || slots.get(later).key().level() != slots.get(place).key().level();
    }

    private void trim(RowFold changed, Horizon horizon, WriteBatch changes) throws RocksDBException {
        RocksRowReader reader = reader();
        byte[] row = RocksKeys.row(number, changed.row());
        Observation behind = changed.behind();
        List<byte[]> old = reader.singlesTo(row, horizon.singlesAfterMicros());
        int keep = behind == null ? 1 : 0;
        for (int i = 0; i < old.size() - keep; i++) {
            changes.delete(folder.rows(), old.get(i));
        }
        if (behind != null) {
            changes.put(folder.rows(), RocksKeys.single(row, behind.order()), content(behind));
        }
        for (byte[] tile : reader.tilesBehind(row, horizon)) {
            changes.delete(folder.rows(), tile);
        }
    }

    @Override
    public byte[] @Nullable [] tiles(List<TileKey> keys) {
        var found = new byte[keys.size()][];
        List<Integer> wanted = folder.tiles().find(number, keys, found);
        if (wanted.isEmpty()) {
            return found;
        }
        List<byte[]> encoded = wanted.stream()
                .map(place -> RocksKeys.tile(number, keys.get(place)))
                .toList();
        List<byte[]> values;
        try {
            values = folder.db().multiGetAsList(Collections.nCopies(encoded.size(), folder.rows()), encoded);
        } catch (RocksDBException e) {
            throw failed("tiles", e);
        }
        for (int i = 0; i < values.size(); i++) {
            found[wanted.get(i)] = values.get(i);
        }
        return found;
    }

    @Override
    public Map<EntityRow, EventOrder> newest(Collection<EntityRow> entities, long atOrBeforeMicros) {
        Map<EntityRow, EventOrder> found = new HashMap<>();
        try {
            for (EntityRow entity : entities) {
                byte[] row = RocksKeys.row(number, entity);
                byte[] key = reader().newestSingleTo(row, atOrBeforeMicros);
                if (key != null) {
                    found.put(entity, RocksKeys.order(key, row.length + 1));
                }
            }
        } catch (RocksDBException e) {
            throw failed("single events", e);
        }
        return found;
    }

    private static RuntimeException failed(String what, RocksDBException e) {
        return RocksAccess.isDamage(e)
                ? new DamagedStoreException(what + " could not be read: " + e.getMessage(), e)
                : new StoreUnavailableException(what + " could not be read: " + e.getMessage(), e);
    }

    private static byte[] content(Observation event) {
        var out = new ByteWriter();
        event.writeContent(out);
        return out.toBytes();
    }
}
