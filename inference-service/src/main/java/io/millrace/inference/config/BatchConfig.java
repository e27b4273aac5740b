package io.millrace.inference.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Scoring of files: what can be set under {@code millrace.inference.batch}. */
@ConfigMapping(prefix = "millrace.inference.batch")
public interface BatchConfig {
    /** Folder of files that were scored, of rows that were sent along, and for work. */
    @WithDefault("data/batch-scoring")
    Path directory();

    /** The only folder from which rows are read by path. Where it is not set, rows can only be sent along. */
    Optional<Path> imports();

    /** The most bytes of rows that are sent along; 1 KiB to 1 GiB, and what the transport takes. */
    @WithDefault("6M")
    MemorySize inlineSize();

    /** Rows whose scores are committed together, and what a crash repeats at most; 1 to 10,000,000. */
    @WithDefault("200000")
    int chunkRows();

    /** Rows of one scoring call; 1 to 10,000. */
    @WithDefault("5000")
    int scoreRows();

    /** Bound on one scoring call and on one call to feature-service. Positive. */
    @WithDefault("1m")
    Duration deadline();

    /** How long a model or feature-service that is busy or away is waited for before the job fails. Positive. */
    @WithDefault("10m")
    Duration patience();

    /** The most bytes of rows in one request to feature-service; what its {@code training-sets.inline-size} takes. 1 KiB to 1 GiB. */
    @WithDefault("15M")
    MemorySize featuresInlineSize();

    /** Memory beside the heap for one file; what does not fit is spilled to disk; 64 MiB to 1 TiB. */
    @WithDefault("256M")
    MemorySize memoryLimit();

    /** Disk that one file may take for what does not fit into memory; 64 MiB to 1 PiB. */
    @WithDefault("64G")
    MemorySize spillLimit();

    /** How long a file that was scored is kept; 1 min to 3,650 d. */
    @WithDefault("7d")
    Duration keptFor();
}
