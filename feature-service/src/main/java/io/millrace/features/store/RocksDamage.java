package io.millrace.features.store;

import io.millrace.features.app.StoreUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.Options;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;

/** Finds out whether the embedded store's folder is damaged, and moves what is out of the way. */
final class RocksDamage {
    private static final Logger LOG = Logger.getLogger(RocksDamage.class);
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);

    private RocksDamage() {}

    /**
     * Opens a folder and compares checksums, the newest files first, for as long as {@code patience} lasts; blocks behind that are compared whenever they are read. A
     * folder that is damaged is moved aside, and an empty one opened that knows that all its states are lost.
     *
     * @throws IllegalStateException where another process has the folder, or it cannot be written
     */
    static RocksAccess openOrStartAnew(Path directory, RocksDbSettings settings, Duration patience, Instant now) {
        String why;
        try {
            var access = new RocksAccess(directory, settings);
            try {
                access.use(folder -> {
                    verify(folder, patience);
                    return true;
                });
                return access;
            } catch (DamagedStoreException e) {
                access.close();
                why = String.valueOf(e.getMessage());
            }
        } catch (DamagedStoreException e) {
            why = String.valueOf(e.getMessage());
        }
        try (FolderLock lock = FolderLock.take(directory)) {
            moveAside(directory, now, why);
        }
        var access = new RocksAccess(directory, settings);
        lose(access, why);
        return access;
    }

    /** Does the same with a store that is open. */
    static void startAnew(RocksAccess access, Instant now, String why) {
        access.exchange(() -> moveAside(access.directory(), now, why));
        lose(access, why);
    }

    private static void lose(RocksAccess access, String why) {
        access.use(folder -> {
            folder.db().put(folder.meta(), access.writeOptions(), RocksKeys.LOST, RocksKeys.text(why));
            return true;
        });
    }

    private static void verify(RocksFolder folder, Duration patience) throws RocksDBException {
        RocksViews.verify(folder);
        long deadline = System.nanoTime() + patience.toNanos();
        List<LiveFileMetaData> newestFirst = folder.db().getLiveFilesMetaData().stream()
                .sorted(Comparator.comparingLong(LiveFileMetaData::largestSeqno).reversed())
                .toList();
        int verified = 0;
        try (var options = new Options()) {
            for (LiveFileMetaData file : newestFirst) {
                if (System.nanoTime() - deadline >= 0) {
                    LOG.infof(
                            "The checksums of %d of the online store's %d files were compared within %s; those of the others are when they are read",
                            verified, newestFirst.size(), patience);
                    return;
                }
                String path = file.path() + file.fileName();
                try (var reader = new SstFileReader(options)) {
                    reader.open(path);
                    reader.verifyChecksum();
                } catch (RocksDBException e) {
                    if (Files.exists(Path.of(path))) {
                        throw e;
                    }
                    LOG.debugf(e, "%s was merged into other files meanwhile", path);
                }
                verified++;
            }
        }
    }

    /** Moves everything but the lock into a folder beside this one. */
    private static void moveAside(Path directory, Instant now, String why) {
        Path aside = directory.resolveSibling(directory.getFileName() + ".damaged-" + STAMP.format(now));
        LOG.errorf(
                "The online store cannot be used: %s. Its files are moved to %s, and all views are built again",
                why, aside);
        try {
            Files.createDirectories(aside);
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    if (!file.getFileName().toString().equals(FolderLock.FILE)) {
                        Files.move(file, aside.resolve(file.getFileName()));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a damaged online store could not be moved to " + aside, e);
        }
    }

    /** What to answer a caller that met damage. */
    static StoreUnavailableException unavailable(DamagedStoreException damage) {
        return new StoreUnavailableException(damage.getMessage() + "; it is withheld and built again", damage);
    }
}
