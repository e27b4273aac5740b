package io.millrace.features.store;

import io.millrace.features.kernel.fold.Cover;
import io.millrace.features.kernel.fold.Horizon;
import io.millrace.features.kernel.fold.RowData;
import io.millrace.features.kernel.fold.RowData.NumberedTile;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.state.Observation;
import io.millrace.features.kernel.window.TileRun;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Finds what a cover asks for among the keys of one row after another. Not thread-safe. */
final class RocksRowReader {
    private final ViewPlan plan;
    private final RocksIterator keys;
    private boolean hasLater;

    RocksRowReader(ViewPlan plan, RocksIterator keys) {
        this.plan = plan;
        this.keys = keys;
    }

    RowData read(byte[] row, Cover cover) throws RocksDBException {
        byte[] singles = RocksKeys.singles(row);
        var head = new ArrayList<Observation>();
        Observation newest = null;
        long last = lastOfTile(cover.asOfMicros());
        long newestMicros = newestMicros(singles);
        hasLater = newestMicros > cover.asOfMicros();
        if (newestMicros > last) {
            keys.seekForPrev(RocksKeys.singlesTo(singles, last));
        }
        while (keys.isValid()) {
            byte[] key = keys.key();
            if (!RocksKeys.startsWith(key, singles)) {
                break;
            }
            var order = RocksKeys.order(key, singles.length);
            if (order.timeMicros() <= cover.headMicros()) {
                newest = newest == null ? EventPack.newest(order, keys.value()) : newest;
                break;
            }
            Observation found = EventPack.addTo(head, order, keys.value(), cover.asOfMicros());
            if (found != null && (newest == null || found.order().compareTo(newest.order()) > 0)) {
                newest = found;
            }
            keys.prev();
        }
        keys.status();
        return new RowData(newest, head, newest == null ? noTiles() : tiles(row, cover));
    }

    /** The last instant of the finest tile that an instant falls into: packs have their keys there. */
    private long lastOfTile(long micros) {
        if (plan.levels().isEmpty()) {
            return micros;
        }
        long size = plan.levels().finest();
        long last = (plan.levels().tileOf(0, micros) + 1) * size;
        return last < micros ? Long.MAX_VALUE : last;
    }

    /** Whether the row that was read last has events after the instant of the read. */
    boolean hasLater() {
        return hasLater;
    }

    /** Goes to the newest single event of a row; gives its time, the smallest number where there is none. */
    private long newestMicros(byte[] singles) {
        keys.seekForPrev(RocksKeys.singlesTo(singles, Long.MAX_VALUE));
        if (!keys.isValid()) {
            return Long.MIN_VALUE;
        }
        byte[] key = keys.key();
        return RocksKeys.startsWith(key, singles) ? RocksKeys.singleMicros(key, singles.length) : Long.MIN_VALUE;
    }

    private List<List<NumberedTile>> tiles(byte[] row, Cover cover) throws RocksDBException {
        List<List<NumberedTile>> tiles = noTiles();
        for (TileRun run : cover.fetch()) {
            byte[] level = RocksKeys.level(row, run.level());
            List<NumberedTile> found = tiles.get(run.level());
            for (keys.seek(RocksKeys.tile(row, run.level(), run.from())); keys.isValid(); keys.next()) {
                byte[] key = keys.key();
                if (!RocksKeys.startsWith(key, level)) {
                    break;
                }
                long number = RocksKeys.tileNumber(key, level.length);
                if (number >= run.to()) {
                    break;
                }
                found.add(new NumberedTile(number, plan.tile(keys.value())));
                if (number == run.to() - 1) {
                    // Behind the last tile there may be hundreds of deleted single events, which RocksDB would step
                    // over one by one.
                    break;
                }
            }
            keys.status();
        }
        return tiles;
    }

    private List<List<NumberedTile>> noTiles() {
        var none = new ArrayList<List<NumberedTile>>();
        plan.levels().micros().forEach(_ -> none.add(new ArrayList<>()));
        return none;
    }

    /** The keys of the packs of single events of a row at or before an instant on the border of a finest tile, the oldest first. */
    List<byte[]> singlesTo(byte[] row, long micros) throws RocksDBException {
        byte[] singles = RocksKeys.singles(row);
        var found = new ArrayList<byte[]>();
        for (keys.seek(singles); keys.isValid(); keys.next()) {
            byte[] key = keys.key();
            if (!RocksKeys.startsWith(key, singles)
                    || RocksKeys.order(key, singles.length).timeMicros() > micros) {
                break;
            }
            found.add(key);
        }
        keys.status();
        return found;
    }

    /** The keys of a row's tiles that no read needs any more. */
    List<byte[]> tilesBehind(byte[] row, Horizon horizon) throws RocksDBException {
        var found = new ArrayList<byte[]>();
        for (int i = 0; i < plan.levels().micros().size(); i++) {
            byte[] level = RocksKeys.level(row, i);
            long firstKept = horizon.firstTiles().get(i);
            for (keys.seek(level); keys.isValid(); keys.next()) {
                byte[] key = keys.key();
                if (!RocksKeys.startsWith(key, level) || RocksKeys.tileNumber(key, level.length) >= firstKept) {
                    break;
                }
                found.add(key);
            }
            keys.status();
        }
        return found;
    }

    /** The key of the newest single event of a row at or before an instant on the border of a finest tile. */
    byte @Nullable [] newestSingleTo(byte[] row, long micros) throws RocksDBException {
        byte[] singles = RocksKeys.singles(row);
        keys.seekForPrev(RocksKeys.singlesTo(singles, micros));
        keys.status();
        byte[] key = keys.isValid() ? keys.key() : null;
        return key != null && RocksKeys.startsWith(key, singles) ? key : null;
    }
}
