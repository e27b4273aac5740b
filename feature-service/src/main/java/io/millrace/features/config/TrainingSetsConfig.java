package io.millrace.features.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What training sets take and where they lie: what can be set under {@code millrace.features.training-sets}. */
@ConfigMapping(prefix = "millrace.features.training-sets")
public interface TrainingSetsConfig {
    /** Folder of the training sets that were made, of rows that were sent along, and for work. */
    @WithDefault("data/training-sets")
    Path directory();

    /** The only folder from which entity rows are read by path. Where it is not set, rows can only be sent along. */
    Optional<Path> imports();

    /** The most bytes of entity rows that are sent along; 1 KiB to 1 GiB, and what the transport takes. */
    @WithDefault("16M")
    MemorySize inlineSize();

    /** Memory of one training set beside the heap; what does not fit is spilled to disk; 64 MiB to 1 TiB. */
    @WithDefault("512M")
    MemorySize memoryLimit();

    /** Disk that one training set may take for what does not fit into memory; 64 MiB to 1 PiB. */
    @WithDefault("64G")
    MemorySize spillLimit();

    /** Threads of one training set; 1 to 256. */
    @WithDefault("2")
    int threads();

    /** How long a training set is kept; 1 min to 3,650 d. */
    @WithDefault("7d")
    Duration keptFor();
}
