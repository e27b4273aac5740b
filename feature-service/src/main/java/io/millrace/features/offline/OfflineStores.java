package io.millrace.features.offline;

import io.millrace.features.app.offline.OfflineStore;
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

    public OfflineStores(OfflineStoreConfig settings, InstantSource clock) {
        Path directory = settings.directory().toAbsolutePath().normalize();
        Path work = directory.resolve(".work");
        var duckDb = new DuckDb(settings.memoryLimit().asLongValue(), settings.threads(), work.resolve("spill"));
        var parquet = new ParquetFiles(duckDb, work);
        var folder = new LocalFolder(directory);
        var pins = new Pins();
        store = new ParquetOfflineStore(folder, parquet, pins);
        var limits = new Compaction.Limits(
                settings.compactionFiles(), settings.fileSize().asLongValue(), settings.grace());
        compaction = new Compaction(store, folder, parquet, pins, work, limits, clock);
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
