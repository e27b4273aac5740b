package io.millrace.features.offline;

import io.millrace.features.app.offline.OfflineHistory;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.training.TrainingSetEngine;
import io.millrace.features.config.OfflineStoreConfig;
import io.millrace.features.config.TrainingSetsConfig;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Makes what reads the offline store's files for training sets and for the parity check. */
public class TrainingSetEngines {
    @Produces
    @Singleton
    TrainingSetEngine engine(OfflineStore store, JdbcTables databases, TrainingSetsConfig config) {
        return new TrainingSetWriter(
                store,
                databases::query,
                new TrainingSetWriter.Bounds(
                        config.memoryLimit().asLongValue(),
                        config.threads(),
                        config.spillLimit().asLongValue(),
                        config.directory().toAbsolutePath().normalize().resolve("work")));
    }

    @Produces
    @Singleton
    OfflineHistory history(OfflineStoreConfig config) {
        return new EntityEvents(new DuckDb(
                config.memoryLimit().asLongValue(),
                config.threads(),
                config.directory().toAbsolutePath().normalize().resolve(".work").resolve("parity")));
    }
}
