package io.millrace.features.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.Filter;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WALRecoveryMode;

/** An open RocksDB in a folder that belongs to this process alone. */
final class RocksFolder implements AutoCloseable {
    private static final byte[] ROWS = {'r', 'o', 'w', 's'};
    private static final byte[] FORMAT_1 = {1};

    private final Path directory;
    private final FileChannel lock;
    private final Cache cache;
    private final Filter filter;
    private final ColumnFamilyOptions metaOptions;
    private final ColumnFamilyOptions rowOptions;
    private final DBOptions options;
    private final List<ColumnFamilyHandle> handles = new ArrayList<>();
    private final RocksDB db;

    /**
     * @throws IllegalStateException where another process, or another store of this one, has the folder, or it cannot be written
     * @throws DamagedStoreException where what is in it cannot be used
     */
    RocksFolder(Path directory, RocksDbSettings settings) {
        this.directory = directory;
        this.lock = lock(directory);
        RocksDB.loadLibrary();
        this.cache = new LRUCache(settings.blockCacheBytes());
        this.filter = new BloomFilter(10);
        this.metaOptions = new ColumnFamilyOptions();
        this.rowOptions = new ColumnFamilyOptions();
        this.options = new DBOptions();
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

    Path directory() {
        return directory;
    }

    @Override
    public void close() {
        handles.forEach(ColumnFamilyHandle::close);
        db.close();
        closeOptions();
    }

    private static FileChannel lock(Path directory) {
        FileChannel channel = null;
        try {
            Files.createDirectories(directory);
            channel = FileChannel.open(
                    directory.resolve("millrace.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock taken = channel.tryLock();
            if (taken != null) {
                return channel;
            }
            channel.close();
        } catch (OverlappingFileLockException inThisProcess) {
            closeQuietly(channel);
        } catch (IOException e) {
            closeQuietly(channel);
            throw new IllegalStateException("the online store's folder " + directory + " cannot be used: " + e, e);
        }
        throw new IllegalStateException("the online store's folder " + directory
                + " is in use by another process; each replica of the service needs a folder of its own");
    }

    private void configure(RocksDbSettings settings) {
        var table = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setFilterPolicy(filter)
                .setCacheIndexAndFilterBlocks(true)
                .setPinL0FilterAndIndexBlocksInCache(true);
        metaOptions
                .setTableFormatConfig(table)
                .setWriteBufferSize(Math.max(1L << 16, settings.writeBufferBytes() / 16));
        rowOptions
                .setTableFormatConfig(table)
                .setWriteBufferSize(settings.writeBufferBytes() / 2)
                .useFixedLengthPrefixExtractor(RocksKeys.PREFIX);
        options.setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setDbWriteBufferSize(settings.writeBufferBytes())
                .setMaxTotalWalSize(4 * settings.writeBufferBytes())
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
                opened.put(RocksKeys.FORMAT, FORMAT_1);
            } else if (format.length != 1 || format[0] != FORMAT_1[0]) {
                throw new DamagedStoreException(
                        "the online store in " + directory + " is of another format than this Millrace reads", null);
            }
            return opened;
        } catch (RocksDBException e) {
            closeAfterFailure(opened);
            throw new DamagedStoreException(
                    "the online store in " + directory + " cannot be opened: " + e.getMessage()
                            + ". Move the folder away and start again: the state is built again from Kafka",
                    e);
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
    }

    private void closeOptions() {
        options.close();
        rowOptions.close();
        metaOptions.close();
        filter.close();
        cache.close();
        closeQuietly(lock);
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                System.getLogger(RocksFolder.class.getName())
                        .log(System.Logger.Level.WARNING, "the lock file could not be closed", e);
            }
        }
    }
}
