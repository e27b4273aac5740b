package io.millrace.features.store;

import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.StoreCopies;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.kernel.FeatureView;
import io.millrace.gate.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.rocksdb.BackupEngine;
import org.rocksdb.BackupEngineOptions;
import org.rocksdb.BackupInfo;
import org.rocksdb.Env;
import org.rocksdb.RestoreOptions;
import org.rocksdb.RocksDBException;

/** Copies of the embedded store, by RocksDB's backup engine: incremental, with a checksum of each file. */
final class RocksCopies implements StoreCopies {
    private static final Logger LOG = Logger.getLogger(RocksCopies.class);

    private final RocksDbOnlineStore store;
    private final Runnable exchanged;

    /** @param exchanged called when rows that were read before are no longer those of the store */
    RocksCopies(RocksDbOnlineStore store, Runnable exchanged) {
        this.store = store;
        this.exchanged = exchanged;
    }

    @Override
    public synchronized Copy backup(Path directory) {
        refuseOwnFolder(directory);
        try (var options = options(directory);
                BackupEngine engine = BackupEngine.open(Env.getDefault(), options)) {
            return store.access().use(folder -> {
                engine.createNewBackup(folder.db(), true);
                return newest(engine, directory);
            });
        } catch (RocksDBException e) {
            throw new StoreUnavailableException("no copy could be written to " + directory + ": " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized Copy restore(Path directory, Collection<FeatureView> views, Gone gone) {
        refuseOwnFolder(directory);
        if (!Files.isDirectory(directory.resolve("meta"))) {
            throw noBackup(directory, null);
        }
        Path own = store.access().directory();
        Path fresh = sibling(own, ".restoring");
        Path former = sibling(own, ".before-restore");
        delete(fresh);
        delete(former);
        Copy copy = copyTo(fresh, directory);
        try (var restored = new RocksAccess(fresh, store.access().settings())) {
            views.forEach(view -> RocksPruning.prune(restored, view, entity -> gone.isGone(view, entity, copy)));
        } catch (DamagedStoreException e) {
            delete(fresh);
            throw noBackup(directory, e);
        }
        exchanged.run();
        store.access().exchange(() -> {
            move(own, former);
            move(fresh, own);
        });
        store.exchanged();
        exchanged.run();
        delete(fresh);
        delete(former);
        LOG.infof("The online store is the copy %d of %s", copy.id(), directory);
        return copy;
    }

    private static Copy copyTo(Path fresh, Path directory) {
        try (var options = options(directory);
                var how = new RestoreOptions(false);
                BackupEngine engine = BackupEngine.open(Env.getDefault(), options)) {
            Copy copy = newest(engine, directory);
            engine.restoreDbFromLatestBackup(fresh.toString(), fresh.toString(), how);
            return copy;
        } catch (RocksDBException e) {
            delete(fresh);
            throw noBackup(directory, e);
        }
    }

    private static BackupEngineOptions options(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new StoreUnavailableException("the folder " + directory + " cannot be made: " + e, e);
        }
        return new BackupEngineOptions(directory.toString()).setSync(true).setShareFilesWithChecksum(true);
    }

    private static Copy newest(BackupEngine engine, Path directory) {
        BackupInfo newest = engine.getBackupInfo().stream()
                .max(Comparator.comparingInt(BackupInfo::backupId))
                .orElseThrow(() -> noBackup(directory, null));
        return new Copy(newest.backupId(), newest.size(), newest.numberFiles(), newest.timestamp());
    }

    private static Refusal noBackup(Path directory, @org.jspecify.annotations.Nullable Exception cause) {
        String message = "there is no copy of an online store in " + directory + " that is whole";
        return cause == null
                ? new Refusal(FeatureReason.NO_BACKUP, message)
                : new Refusal(FeatureReason.NO_BACKUP, message, cause);
    }

    private void refuseOwnFolder(Path directory) {
        Path own = store.access().directory().toAbsolutePath().normalize();
        if (directory.startsWith(own) || own.startsWith(directory)) {
            throw new Refusal(FeatureReason.MALFORMED_REQUEST, directory + " is the online store's own folder");
        }
    }

    private static Path sibling(Path folder, String suffix) {
        return folder.resolveSibling(folder.getFileName() + suffix);
    }

    /** All but the lock, which stays where it is. */
    private static void move(Path from, Path to) {
        try {
            Files.createDirectories(to);
            for (Path file : files(from)) {
                if (!file.getFileName().toString().equals(FolderLock.FILE)) {
                    Files.move(file, to.resolve(file.getFileName()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the files of " + from + " could not be moved", e);
        }
    }

    private static void delete(Path folder) {
        try {
            if (Files.isDirectory(folder)) {
                for (Path file : files(folder)) {
                    Files.delete(file);
                }
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " could not be deleted", e);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
