package io.millrace.features.config;

import io.millrace.features.app.training.TrainingSetFolders;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;

/** Makes what training sets need of the configuration. */
public class TrainingSetsWiring {
    @Produces
    @Singleton
    TrainingSetFolders folders(TrainingSetsConfig config) {
        return new TrainingSetFolders(
                config.directory().toAbsolutePath().normalize(),
                config.imports().map(Path::toAbsolutePath),
                config.inlineSize().asLongValue(),
                config.keptFor());
    }
}
