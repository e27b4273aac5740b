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
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/** The rows of one view as a batch finds and changes them; the view's lock is held. Used once. */
final class RocksBatch implements BatchFold.Rows, AutoCloseable {
    private final RocksFolder folder;
    private final int number;
    private final RocksIterator keys;
    private final RocksRowReader reader;

    RocksBatch(RocksFolder folder, ViewPlan plan, int number) {
        this.folder = folder;
        this.number = number;
        this.keys = folder.db().newIterator(folder.rows());
        this.reader = new RocksRowReader(plan, keys);
    }

    @Override
    public void close() {
        keys.close();
    }

    void write(RowChanges rows, WriteBatch changes) throws RocksDBException {
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
            for (byte[] tile : reader.tilesBehind(row, rows.horizon())) {
                changes.delete(folder.rows(), tile);
            }
        }
    }

    @Override
    public Map<TileKey, byte[]> tiles(Collection<TileKey> tiles) {
        List<TileKey> wanted = List.copyOf(tiles);
        List<byte[]> encoded =
                wanted.stream().map(key -> RocksKeys.tile(number, key)).toList();
        List<byte[]> values;
        try {
            values = folder.db().multiGetAsList(Collections.nCopies(encoded.size(), folder.rows()), encoded);
        } catch (RocksDBException e) {
            throw failed("tiles", e);
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
