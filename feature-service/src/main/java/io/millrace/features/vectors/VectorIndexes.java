package io.millrace.features.vectors;

import io.millrace.features.app.VectorIndex;
import io.millrace.features.config.VectorsConfig;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Opens the vector indexes for the life of the service. */
public class VectorIndexes {
    @Produces
    @Singleton
    VectorIndex index(VectorsConfig config) {
        return new LuceneVectorIndex(
                config.directory().toAbsolutePath().normalize(),
                new VectorFolder.VectorSettings(
                        config.writeBuffer().asLongValue() / (double) (1 << 20),
                        config.refreshInterval(),
                        config.commitInterval()));
    }

    void close(@Disposes VectorIndex index) {
        index.close();
    }
}
