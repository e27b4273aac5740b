package io.millrace.features.store;

import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.kernel.encoding.EncodingException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteOptions;

/** The open folder of the embedded store: nobody uses it while it is closed or exchanged. Thread-safe. */
final class RocksAccess implements AutoCloseable {
    private final Path directory;
    private final RocksDbSettings settings;
    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
    private final WriteOptions writeOptions;
    private @Nullable RocksFolder open;
    private volatile int exchanges;

    /** Something to do while the folder is open. */
    interface Work<T> {
        T run(RocksFolder folder) throws RocksDBException;
    }

    RocksAccess(Path directory, RocksDbSettings settings) {
        this.directory = directory;
        this.settings = settings;
        this.open = new RocksFolder(directory, settings);
        this.writeOptions = new WriteOptions();
    }

    Path directory() {
        return directory;
    }

    RocksDbSettings settings() {
        return settings;
    }

    WriteOptions writeOptions() {
        return writeOptions;
    }

    /** How often the folder was exchanged: whoever met damage sees by it whether that is gone. */
    int exchanges() {
        return exchanges;
    }

    /**
     * @throws StoreUnavailableException where the folder is closed, or RocksDB fails
     * @throws DamagedStoreException where what is in it cannot be used
     */
    <T> T use(Work<T> work) {
        life.readLock().lock();
        try {
            RocksFolder folder = open;
            if (folder == null) {
                throw new StoreUnavailableException("the online store in " + directory + " is closed", null);
            }
            return work.run(folder);
        } catch (RocksDBException e) {
            if (isDamage(e)) {
                throw damaged(e);
            }
            throw new StoreUnavailableException("the online store in " + directory + " failed: " + e.getMessage(), e);
        } catch (EncodingException e) {
            throw damaged(e);
        } finally {
            life.readLock().unlock();
        }
    }

    /** Bytes on disk of the rows and views; NaN while the folder is closed. */
    double fileBytes() {
        try {
            Long bytes = use(RocksFolder::fileBytes);
            return bytes;
        } catch (StoreUnavailableException closed) {
            return Double.NaN;
        }
    }

    /** Closes the folder, changes it, and opens what is there then, whether or not the change went well. Waits for what is under way. */
    void exchange(Runnable change) {
        life.writeLock().lock();
        try {
            RocksFolder before = open;
            if (before == null) {
                throw new StoreUnavailableException("the online store in " + directory + " is closed", null);
            }
            open = null;
            before.closeKeepingLock();
            exchanges = exchanges + 1;
            try {
                change.run();
            } finally {
                open = new RocksFolder(directory, settings, before.lock());
            }
        } finally {
            life.writeLock().unlock();
        }
    }

    static boolean isDamage(RocksDBException e) {
        Status status = e.getStatus();
        return status != null && status.getCode() == Status.Code.Corruption;
    }

    private DamagedStoreException damaged(Exception e) {
        return new DamagedStoreException("the online store in " + directory + " is damaged: " + e.getMessage(), e);
    }

    /** Waits for what is under way. Closing twice is closing once. */
    @Override
    public void close() {
        life.writeLock().lock();
        try {
            if (open != null) {
                open.close();
                open = null;
                writeOptions.close();
            }
        } finally {
            life.writeLock().unlock();
        }
    }
}
