package io.millrace.features.offline;

import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.training.TrainingSetEngine;
import io.millrace.features.config.TrainingSetsConfig;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Makes the engine that the configuration bounds. */
public class TrainingSetEngines {
    @Produces
    @Singleton
    TrainingSetEngine engine(OfflineStore store, TrainingSetsConfig config) {
        return new TrainingSetWriter(
                store,
                new TrainingSetWriter.Bounds(
                        config.memoryLimit().asLongValue(),
                        config.threads(),
                        config.spillLimit().asLongValue(),
                        config.directory().toAbsolutePath().normalize().resolve("work")));
    }
}
