package io.millrace.features.store;

import io.millrace.features.app.DurableStore;
import io.millrace.features.app.DurableStore.Swept;
import io.millrace.features.kernel.fold.Horizon;
import io.millrace.features.kernel.fold.ViewPlan;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * One way through the rows of a view, deleting what lies behind the horizon: tiles that end there, and single events but for the newest of each row. Each step is one change of the
 * store, made while the view's lock is held. Used by one thread.
 */
final class RocksSweep {
    /** Where at least a part of this size of what was seen is deleted, the files are written anew at the end, so that the space is free at once. */
    private static final int WORTH_COMPACTING = 10;

    private final ViewPlan plan;
    private final Room room;
    private byte @Nullable [] at;
    private int number = -1;
    private boolean finished;
    private long seen;
    private long deleted;

    /** The row that is being looked at, and its newest event behind the horizon so far. */
    private byte[] row = {};

    private byte @Nullable [] newest;

    RocksSweep(ViewPlan plan, Room room) {
        this.plan = plan;
        this.room = room;
    }

    boolean isUnfinished() {
        return !finished;
    }

    /** The next {@value DurableStore#SWEEP_STEP} keys. */
    Swept step(RocksFolder folder, RocksAccess access) throws RocksDBException {
        ViewRecord record = RocksViews.find(folder, room, plan.view().id(), null);
        if (record == null || record.newestMicros().isEmpty() || number >= 0 && number != record.number()) {
            finished = true;
            return new Swept(0, 0);
        }
        number = record.number();
        Horizon horizon = plan.horizon(record.newestMicros().getAsLong());
        long seenBefore = seen;
        long deletedBefore = deleted;
        byte[] end = RocksKeys.firstOf(number + 1);
        try (var options = new ReadOptions().setFillCache(false).setTotalOrderSeek(true);
                RocksIterator keys = folder.db().newIterator(folder.rows(), options);
                var changes = new WriteBatch()) {
            seek(keys);
            while (keys.isValid() && Arrays.compareUnsigned(keys.key(), end) < 0) {
                if (seen - seenBefore == DurableStore.SWEEP_STEP) {
                    at = keys.key();
                    break;
                }
                look(keys.key(), horizon, folder, changes);
                keys.next();
            }
            keys.status();
            finished = !keys.isValid() || Arrays.compareUnsigned(keys.key(), end) >= 0;
            if (changes.count() > 0) {
                folder.db().write(access.writeOptions(), changes);
            }
        }
        if (finished && deleted * WORTH_COMPACTING >= seen && deleted > 0) {
            compact(folder, end);
        }
        return new Swept(seen - seenBefore, deleted - deletedBefore);
    }

    private void seek(RocksIterator keys) {
        byte[] from = at;
        if (from == null) {
            keys.seek(RocksKeys.firstOf(number));
            if (keys.isValid() && keys.key().length == Integer.BYTES) {
                keys.next();
            }
        } else {
            keys.seek(from);
        }
    }

    private void look(byte[] key, Horizon horizon, RocksFolder folder, WriteBatch changes) throws RocksDBException {
        seen++;
        if (row.length == 0 || !RocksKeys.startsWith(key, row)) {
            row = RocksKeys.rowOf(key, plan.view().joinKeys().size());
            newest = null;
        }
        if (RocksKeys.isSingle(key, row.length)) {
            if (RocksKeys.order(key, row.length + 1).timeMicros() <= horizon.singlesAfterMicros()) {
                if (newest != null) {
                    delete(newest, folder, changes);
                }
                newest = key;
            }
        } else {
            long firstKept = horizon.firstTiles().get(RocksKeys.levelOf(key, row.length));
            if (RocksKeys.tileNumber(key, row.length + 2) < firstKept) {
                delete(key, folder, changes);
            }
        }
    }

    private void delete(byte[] key, RocksFolder folder, WriteBatch changes) throws RocksDBException {
        changes.delete(folder.rows(), key);
        deleted++;
    }

    /** In the background of RocksDB: reads and changes go on. */
    private void compact(RocksFolder folder, byte[] end) throws RocksDBException {
        try (var options = new CompactRangeOptions().setExclusiveManualCompaction(false)) {
            folder.db().compactRange(folder.rows(), RocksKeys.firstOf(number), end, options);
        }
    }
}
