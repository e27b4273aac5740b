package io.millrace.features.offline;

import io.millrace.features.app.deletion.OfflineRemoval;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.offline.ScratchStores;
import io.millrace.features.config.OfflineStoreConfig;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.InstantSource;

/** Opens the offline store that the configuration names, for the life of the service. */
@Singleton
public class OfflineStores {
    private final ParquetOfflineStore store;
    private final Compaction compaction;
    private final EntityRemoval removal;
    private final ScratchFolders scratches;

    public OfflineStores(OfflineStoreConfig settings, InstantSource clock) {
        Path directory = settings.directory().toAbsolutePath().normalize();
        Path work = directory.resolve(".work");
        var duckDb = new DuckDb(settings.memoryLimit().asLongValue(), settings.threads(), work.resolve("spill"));
        var parquet = new ParquetFiles(duckDb, work);
        OfflineFolder folder = folder(settings, directory, clock);
        var pins = new Pins();
        store = new ParquetOfflineStore(folder, parquet, pins);
        var limits = new Compaction.Limits(
                settings.compactionFiles(), settings.fileSize().asLongValue(), settings.grace());
        compaction = new Compaction(store, folder, parquet, pins, work, limits, clock);
        removal = new EntityRemoval(store, folder, parquet, compaction);
        scratches = new ScratchFolders(work.resolve("scratch"), parquet);
    }

    @Produces
    @Singleton
    OfflineRemoval removal() {
        return removal;
    }

    @Produces
    @Singleton
    ScratchStores scratches() {
        return scratches;
    }

    private static OfflineFolder folder(OfflineStoreConfig settings, Path directory, InstantSource clock) {
        OfflineStoreConfig.S3 s3 = settings.s3();
        if (s3.bucket().isEmpty()) {
            return new LocalFolder(directory);
        }
        var cache = new FileCache(directory.resolve(".cache"), s3.cacheSize().asLongValue(), clock);
        return new S3Folder(S3Folder.client(s3), s3.bucket().get(), s3.prefix().orElse(""), cache);
    }

    @Produces
    @Singleton
    OfflineStore store() {
        return store;
    }

    @Produces
    @Singleton
    Compaction compaction() {
        return compaction;
    }
}
