package io.millrace.features.store;

import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.fold.Cover;
import io.millrace.features.kernel.fold.CoverFold;
import io.millrace.features.kernel.fold.Horizon;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.state.EventOrder;
import io.millrace.features.kernel.state.Observation;
import io.millrace.features.kernel.window.TileRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Finds what a cover asks for among the keys of one row after another. Not thread-safe. */
final class RocksRowReader {
    private static final int KEY_BYTES = 128;
    private static final int VALUE_BYTES = 1_024;

    private final ViewPlan plan;
    private final RocksIterator keys;
    private byte[] key = new byte[KEY_BYTES];
    private int keyLength;
    private byte[] value = new byte[VALUE_BYTES];
    private boolean hasLater;

    RocksRowReader(ViewPlan plan, RocksIterator keys) {
        this.plan = plan;
        this.keys = keys;
    }

    /** Hands over what there is of a row, from what a cover asks for. */
    void read(byte[] row, Cover cover, CoverFold into) throws RocksDBException {
        if (readSingles(RocksKeys.singles(row), cover, into)) {
            for (TileRun run : cover.fetch()) {
                readTiles(row, run, into);
            }
        }
    }

    /** Reads the newest single event at or before the instant, and those of the head. Says whether there is one. */
    private boolean readSingles(byte[] singles, Cover cover, CoverFold into) throws RocksDBException {
        keys.seekForPrev(RocksKeys.singlesTo(singles, Long.MAX_VALUE));
        boolean within = isWithin(singles);
        long newestOfAll = within ? RocksKeys.singleMicros(key, singles.length) : Long.MIN_VALUE;
        long last = lastOfTile(cover.asOfMicros());
        hasLater = newestOfAll > cover.asOfMicros();
        if (newestOfAll > last) {
            keys.seekForPrev(RocksKeys.singlesTo(singles, last));
            within = isWithin(singles);
        }
        var head = new ArrayList<Observation>();
        Observation newest = null;
        while (within && RocksKeys.singleMicros(key, singles.length) > cover.headMicros()) {
            var order = EventOrder.readSortable(new ByteReader(key, singles.length, keyLength));
            Observation found = EventPack.addTo(head, order, value(), cover.asOfMicros());
            if (found != null && (newest == null || found.order().compareTo(newest.order()) > 0)) {
                newest = found;
            }
            keys.prev();
            within = isWithin(singles);
        }
        if (newest != null) {
            into.newest(newest);
            head.forEach(into::head);
        } else if (within) {
            ByteReader content = value();
            EventPack.begin(content);
            into.newest(RocksKeys.singleMicros(key, singles.length), content);
        }
        return newest != null || within;
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

    private void readTiles(byte[] row, TileRun run, CoverFold into) throws RocksDBException {
        byte[] level = RocksKeys.level(row, run.level());
        for (keys.seek(RocksKeys.tile(row, run.level(), run.from())); isWithin(level); keys.next()) {
            long number = RocksKeys.tileNumber(key, level.length);
            if (number >= run.to()) {
                break;
            }
            ByteReader content = value();
            into.tile(run.level(), number, content);
            if (number == run.to() - 1) {
                // Behind the last tile there may be hundreds of deleted single events, which RocksDB would step
                // over one by one.
                break;
            }
        }
    }

    /** Reads the key at which the iterator stands; false where there is none, or it does not begin so. */
    private boolean isWithin(byte[] prefix) throws RocksDBException {
        if (!keys.isValid()) {
            keys.status();
            return false;
        }
        keyLength = keys.key(key);
        while (keyLength > key.length) {
            key = new byte[keyLength];
            keyLength = keys.key(key);
        }
        return keyLength >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** The value at which the iterator stands, in an array that is used again for the next one. */
    private ByteReader value() {
        int length = keys.value(value);
        while (length > value.length) {
            value = new byte[length];
            length = keys.value(value);
        }
        return new ByteReader(value, 0, length);
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
