package io.millrace.features.store;

import io.millrace.features.kernel.encoding.ByteWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Rows to be written, as RocksDB writes batches down itself (its write_batch.cc): made here, a batch of ten thousands of keys is handed over in one call. Eight bytes of a sequence number that RocksDB sets, four
 * of the number of records, little-endian; then the records. Not thread-safe.
 */
final class RowWrites {
    private static final int HEAD = 12;
    private static final int COUNT_AT = 8;
    private static final int PUT = 5;

    private final ByteWriter records;
    private final int columnFamily;
    private int count;

    /** @param memory used until the rows are written; what is in it goes */
    RowWrites(int columnFamily, ByteWriter memory) {
        this.columnFamily = columnFamily;
        this.records = memory;
        memory.cutTo(0);
    }

    /** The memory, for the next batch. */
    ByteWriter memory() {
        return records;
    }

    void put(ByteWriter key, ByteWriter value) {
        records.octet(PUT);
        records.unsigned(columnFamily);
        records.block(key);
        records.block(value);
        count++;
    }

    /** These rows, then all that another batch has. The caller closes it. */
    WriteBatch with(WriteBatch others) throws RocksDBException {
        byte[] more = others.data();
        var all = ByteBuffer.allocate(records.length() + more.length).order(ByteOrder.LITTLE_ENDIAN);
        all.position(HEAD);
        records.copyTo(all);
        all.put(more, HEAD, more.length - HEAD);
        all.putInt(COUNT_AT, count + others.count());
        return new WriteBatch(all.array());
    }
}
