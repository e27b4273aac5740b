package io.millrace.features.store;

import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.state.EventOrder;
import io.millrace.features.kernel.state.Observation;
import java.util.Collection;
import java.util.Collections;
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
    private final RocksFolder folder;
    private final ViewPlan plan;
    private final int number;
    private final Map<TileKey, byte[]> written = new HashMap<>();
    private @Nullable RocksIterator keys;
    private @Nullable RocksRowReader reader;
    private long oldestMicros = Long.MAX_VALUE;

    RocksBatch(RocksFolder folder, ViewPlan plan, ViewRecord before) {
        this.folder = folder;
        this.plan = plan;
        this.number = before.number();
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
    }

    /** Writes the changes, and keeps the tiles that are among them. */
    void writeTo(WriteOptions options, WriteBatch changes) throws RocksDBException {
        boolean isWritten = false;
        try {
            folder.db().write(options, changes);
            isWritten = true;
        } finally {
            if (isWritten) {
                folder.tiles().written(number, written, oldestMicros);
            } else {
                folder.tiles().forget(number);
            }
        }
    }

    void write(RowChanges rows, WriteBatch changes) throws RocksDBException {
        oldestMicros = rows.oldestMicros();
        for (var tile : rows.tiles().entrySet()) {
            byte[] content = tile.getValue().toBytes();
            changes.put(folder.rows(), RocksKeys.tile(number, tile.getKey()), content);
            written.put(tile.getKey(), content);
        }
        for (var singles : rows.singles().entrySet()) {
            byte[] row = RocksKeys.row(number, singles.getKey());
            for (Observation single : singles.getValue()) {
                changes.put(folder.rows(), RocksKeys.single(row, single.order()), content(single));
            }
        }
        if (!folder.tiles().isAllWithin(number, plan.levels(), rows.horizon(), oldestMicros)) {
            trim(rows, changes);
        }
    }

    private void trim(RowChanges rows, WriteBatch changes) throws RocksDBException {
        RocksRowReader reader = reader();
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
            for (byte[] tile : reader.tilesBehind(row, rows.horizon())) {
                changes.delete(folder.rows(), tile);
            }
        }
    }

    @Override
    public Map<TileKey, byte[]> tiles(Collection<TileKey> tiles) {
        Map<TileKey, byte[]> found = HashMap.newHashMap(tiles.size());
        List<TileKey> wanted = folder.tiles().find(number, tiles, found);
        if (wanted.isEmpty()) {
            return found;
        }
        List<byte[]> encoded =
                wanted.stream().map(key -> RocksKeys.tile(number, key)).toList();
        List<byte[]> values;
        try {
            values = folder.db().multiGetAsList(Collections.nCopies(encoded.size(), folder.rows()), encoded);
        } catch (RocksDBException e) {
            throw failed("tiles", e);
        }
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
