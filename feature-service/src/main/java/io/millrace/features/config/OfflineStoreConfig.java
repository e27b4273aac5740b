package io.millrace.features.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;

/** Where everything that came in is kept for training: what can be set under {@code millrace.features.offline-store}. */
@ConfigMapping(prefix = "millrace.features.offline-store")
public interface OfflineStoreConfig {
    /** Folder of the files; with several replicas one that they share. */
    @WithDefault("data/offline")
    Path directory();

    /** Memory for writing, merging and reading files; what does not fit is spilled to disk; 64 MiB to 1 TiB. */
    @WithDefault("512M")
    MemorySize memoryLimit();

    /** Threads for writing, merging and reading files; 1 to 256. */
    @WithDefault("2")
    int threads();
}
