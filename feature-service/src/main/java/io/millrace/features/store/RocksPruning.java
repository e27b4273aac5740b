package io.millrace.features.store;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureView;
import java.util.Arrays;
import java.util.function.Predicate;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/** Deletes rows of a folder that nobody reads yet. */
final class RocksPruning {
    private RocksPruning() {}

    /** Deletes the rows of a view, those that are served and those that are built beside them, of entities that are gone. */
    static void prune(RocksAccess access, FeatureView view, Predicate<EntityKey> gone) {
        access.use(folder -> {
            for (Room room : Room.values()) {
                ViewRecord record = RocksViews.find(folder, room, view.id(), null);
                if (record != null) {
                    prune(access, folder, view, record.number(), gone);
                }
            }
            return true;
        });
    }

    private static void prune(
            RocksAccess access, RocksFolder folder, FeatureView view, int number, Predicate<EntityKey> gone)
            throws RocksDBException {
        int joinKeys = view.joinKeys().size();
        byte[] end = RocksKeys.firstOf(number + 1);
        try (var options = new ReadOptions().setFillCache(false).setTotalOrderSeek(true);
                RocksIterator keys = folder.db().newIterator(folder.rows(), options);
                var changes = new WriteBatch()) {
            keys.seek(RocksKeys.firstOf(number));
            while (keys.isValid() && Arrays.compareUnsigned(keys.key(), end) < 0) {
                byte[] key = keys.key();
                if (key.length <= RocksKeys.PREFIX) {
                    keys.next();
                    continue;
                }
                EntityKey entity = RocksKeys.entityOf(key, joinKeys);
                byte[] row = RocksKeys.row(number, EntityRow.of(entity));
                if (gone.test(entity)) {
                    changes.deleteRange(folder.rows(), RocksKeys.firstOfRow(row), RocksKeys.behindRow(row));
                }
                keys.seek(RocksKeys.behindRow(row));
            }
            keys.status();
            folder.db().write(access.writeOptions(), changes);
        }
    }
}
