package io.millrace.features.store;

import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The records of the views in an embedded store. Each change of a view's rows also writes a stamp among the rows, made of the record: where the two differ when the folder is opened, one of
 * them is from another time than the other, whatever RocksDB says.
 */
final class RocksViews {
    private RocksViews() {}

    static @Nullable ViewRecord find(RocksFolder folder, Room room, ViewId view, @Nullable ReadOptions options)
            throws RocksDBException {
        byte[] key = RocksKeys.view(room, view);
        byte[] bytes = options == null
                ? folder.db().get(folder.meta(), key)
                : folder.db().get(folder.meta(), options, key);
        return bytes == null ? null : ViewRecord.read(bytes);
    }

    static void put(RocksFolder folder, Room room, ViewId view, ViewRecord record, WriteBatch changes)
            throws RocksDBException {
        byte[] bytes = record.toBytes();
        changes.put(folder.meta(), RocksKeys.view(room, view), bytes);
        changes.put(folder.rows(), RocksKeys.firstOf(record.number()), stamp(bytes));
    }

    static void remove(RocksFolder folder, Room room, ViewId view, WriteBatch changes) throws RocksDBException {
        changes.delete(folder.meta(), RocksKeys.view(room, view));
    }

    /** Where there is a record. */
    static void removeRows(RocksFolder folder, @Nullable ViewRecord record, WriteBatch changes)
            throws RocksDBException {
        if (record != null) {
            int number = record.number();
            folder.tiles().forget(number);
            changes.deleteRange(folder.rows(), RocksKeys.firstOf(number), RocksKeys.firstOf(number + 1));
        }
    }

    /** A number that no view had before. The caller sees to it that this is not called twice at a time. */
    static int nextNumber(RocksFolder folder, WriteOptions options) throws RocksDBException {
        byte[] stored = folder.db().get(folder.meta(), RocksKeys.NEXT_NUMBER);
        int number = stored == null ? 1 : new ByteReader(stored).int32();
        var next = new ByteWriter();
        next.int32(number + 1);
        folder.db().put(folder.meta(), options, RocksKeys.NEXT_NUMBER, next.toBytes());
        return number;
    }

    /** Why all states that are not there are lost. */
    static Optional<String> lost(RocksFolder folder) throws RocksDBException {
        byte[] why = folder.db().get(folder.meta(), RocksKeys.LOST);
        return why == null ? Optional.empty() : Optional.of(new String(why, StandardCharsets.UTF_8));
    }

    /**
     * Compares the record of every view with the stamp among its rows.
     *
     * @throws DamagedStoreException where one does not fit
     */
    static void verify(RocksFolder folder) throws RocksDBException {
        try (RocksIterator records = folder.db().newIterator(folder.meta())) {
            for (records.seekToFirst(); records.isValid(); records.next()) {
                if (RocksKeys.isView(records.key())) {
                    int number = ViewRecord.read(records.value()).number();
                    byte[] stamp = folder.db().get(folder.rows(), RocksKeys.firstOf(number));
                    if (!Arrays.equals(stamp, stamp(records.value()))) {
                        throw new DamagedStoreException(
                                "rows and positions of " + RocksKeys.viewName(records.key()) + " are not of one time",
                                null);
                    }
                }
            }
            records.status();
        }
    }

    private static byte[] stamp(byte[] record) {
        var checksum = new java.util.zip.CRC32C();
        checksum.update(record);
        var out = new ByteWriter();
        out.int64(checksum.getValue());
        return out.toBytes();
    }
}
