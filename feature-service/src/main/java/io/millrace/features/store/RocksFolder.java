package io.millrace.features.store;

import io.millrace.features.kernel.encoding.ByteWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.Filter;
import org.rocksdb.IndexType;
import org.rocksdb.LRUCache;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;

/** An open RocksDB in a folder that belongs to this process alone. */
final class RocksFolder implements AutoCloseable {
    private static final byte[] ROWS = {'r', 'o', 'w', 's'};
    private static final byte[] FORMAT = {3};
    private static final int PART_BYTES = 4_096;
    private static final int SPARE_BYTES = 16 << 20;

    /** Share of a write buffer that its filter of rows may take: a row of which nothing was written lately is not searched there. */
    private static final double MEMTABLE_FILTER = 0.02;

    private final Path directory;
    private final FolderLock lock;
    private final Cache cache;
    private final Filter filter;
    private final ColumnFamilyOptions metaOptions;
    private final ColumnFamilyOptions rowOptions;
    private final DBOptions options;
    private final List<ColumnFamilyHandle> handles = new ArrayList<>();
    private final RocksDB db;
    private final WrittenTiles tiles;
    private final AtomicReference<@Nullable ByteWriter> spare = new AtomicReference<>();

    /**
     * @throws IllegalStateException where another process, or another store of this one, has the folder, or it cannot be written
     * @throws DamagedStoreException where what is in it cannot be used
     */
    RocksFolder(Path directory, RocksDbSettings settings) {
        this(directory, settings, FolderLock.take(directory));
    }

    /** Opens a folder whose lock is held already; the lock belongs to this from now on. */
    RocksFolder(Path directory, RocksDbSettings settings, FolderLock lock) {
        this.directory = directory;
        this.lock = lock;
        RocksDB.loadLibrary();
        this.cache = new LRUCache(settings.blockCacheBytes());
        this.filter = new BloomFilter(10);
        this.metaOptions = new ColumnFamilyOptions();
        this.rowOptions = new ColumnFamilyOptions();
        this.options = new DBOptions();
        this.tiles = new WrittenTiles(settings.tileBytes());
        configure(settings);
        this.db = open();
    }

    RocksDB db() {
        return db;
    }

    ColumnFamilyHandle meta() {
        return handles.get(0);
    }

    ColumnFamilyHandle rows() {
        return handles.get(1);
    }

    /** What is known of the rows without reading them. */
    WrittenTiles tiles() {
        return tiles;
    }

    /** Memory to write a batch of rows down in; to be given back. */
    ByteWriter memory() {
        ByteWriter kept = spare.getAndSet(null);
        return kept == null ? new ByteWriter() : kept;
    }

    /** The memory of one batch is kept for the next, where it is not more than {@value #SPARE_BYTES} bytes. */
    void giveBack(ByteWriter memory) {
        if (memory.length() <= SPARE_BYTES) {
            spare.set(memory);
        }
    }

    /** Tells this folder and its copies from all others. */
    String lineage() throws RocksDBException {
        return new String(db.get(meta(), RocksKeys.LINEAGE), StandardCharsets.UTF_8);
    }

    Path directory() {
        return directory;
    }

    FolderLock lock() {
        return lock;
    }

    /** Bytes of the files that hold rows and views now. */
    long fileBytes() {
        return db.getLiveFilesMetaData().stream()
                .mapToLong(LiveFileMetaData::size)
                .sum();
    }

    /**
     * Reads every file of the store and compares its checksums.
     *
     * @throws RocksDBException where one does not fit
     */
    void verify() throws RocksDBException {
        db.verifyChecksum();
    }

    /** Closes the database; the folder stays this process'. */
    void closeKeepingLock() {
        handles.forEach(ColumnFamilyHandle::close);
        db.close();
        closeOptions();
    }

    @Override
    public void close() {
        closeKeepingLock();
        lock.close();
    }

    /**
     * Indexes and filters are kept in the cache, so that memory is bounded, and in parts of {@value #PART_BYTES} bytes: a shard of the cache is 512 KiB to some MiB, and the filter of a whole file
     * of a million keys is larger than that. It would not be kept, and every seek would read all of it from the file.
     */
    private void configure(RocksDbSettings settings) {
        var table = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setFilterPolicy(filter)
                .setIndexType(IndexType.kTwoLevelIndexSearch)
                .setPartitionFilters(true)
                .setMetadataBlockSize(PART_BYTES)
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setPinTopLevelIndexAndFilter(true)
                .setPinL0FilterAndIndexBlocksInCache(true);
        metaOptions
                .setTableFormatConfig(table)
                .setWriteBufferSize(Math.max(1L << 16, settings.writeBufferBytes() / 16));
        rowOptions
                .setTableFormatConfig(table)
                .setWriteBufferSize(settings.writeBufferBytes() / 2)
                .useFixedLengthPrefixExtractor(RocksKeys.PREFIX)
                .setMemtablePrefixBloomSizeRatio(MEMTABLE_FILTER);
        options.setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setDbWriteBufferSize(settings.writeBufferBytes())
                .setMaxTotalWalSize(2 * settings.writeBufferBytes())
                .setMaxOpenFiles(settings.maxOpenFiles())
                .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                .setParanoidChecks(true)
                .setKeepLogFileNum(2)
                .setMaxLogFileSize(1 << 20);
    }

    private RocksDB open() {
        RocksDB opened = null;
        try {
            opened = RocksDB.open(
                    options,
                    directory.toString(),
                    List.of(
                            new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, metaOptions),
                            new ColumnFamilyDescriptor(ROWS, rowOptions)),
                    handles);
            byte[] format = opened.get(RocksKeys.FORMAT);
            if (format == null) {
                opened.put(RocksKeys.FORMAT, FORMAT);
            } else if (format.length != 1 || format[0] != FORMAT[0]) {
                throw new DamagedStoreException(
                        "the online store in " + directory + " is of another format than this Millrace reads", null);
            }
            if (opened.get(RocksKeys.LINEAGE) == null) {
                opened.put(RocksKeys.LINEAGE, RocksKeys.text(UUID.randomUUID().toString()));
            }
            return opened;
        } catch (RocksDBException e) {
            closeAfterFailure(opened);
            Status status = e.getStatus();
            if (status != null && status.getSubCode() == Status.SubCode.NoSpace) {
                throw new IllegalStateException("the disk of the online store in " + directory + " is full", e);
            }
            throw new DamagedStoreException(
                    "the online store in " + directory + " cannot be opened: " + e.getMessage(), e);
        } catch (DamagedStoreException e) {
            closeAfterFailure(opened);
            throw e;
        }
    }

    private void closeAfterFailure(@Nullable RocksDB opened) {
        handles.forEach(ColumnFamilyHandle::close);
        if (opened != null) {
            opened.close();
        }
        closeOptions();
        lock.close();
    }

    private void closeOptions() {
        options.close();
        rowOptions.close();
        metaOptions.close();
        filter.close();
        cache.close();
    }
}
