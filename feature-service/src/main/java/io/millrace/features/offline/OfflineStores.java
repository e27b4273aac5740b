package io.millrace.features.offline;

import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.config.OfflineStoreConfig;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;

/** Opens the offline store that the configuration names, for the life of the service. */
public class OfflineStores {
    @Produces
    @Singleton
    OfflineStore store(OfflineStoreConfig settings) {
        Path directory = settings.directory().toAbsolutePath().normalize();
        Path work = directory.resolve(".work");
        var duckDb = new DuckDb(settings.memoryLimit().asLongValue(), settings.threads(), work.resolve("spill"));
        return new ParquetOfflineStore(new LocalFolder(directory), new ParquetFiles(duckDb, work), new Pins());
    }
}
