package io.millrace.features.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;

/** How vectors are indexed and searched: what can be set under {@code millrace.features.vectors}. */
@ConfigMapping(prefix = "millrace.features.vectors")
public interface VectorsConfig {
    /** Folder of the indexes: each replica has its own. */
    @WithDefault("data/vectors")
    Path directory();

    /** Memory for vectors that are not on disk yet, for each view that has some; 1 MiB to 2 GiB. */
    @WithDefault("64M")
    MemorySize writeBuffer();

    /** How long an applied event may be before it can be found; 10 ms to 1 min. */
    @WithDefault("500ms")
    Duration refreshInterval();

    /** How often an index is made durable; what came since then is read again after a crash. 100 ms to 1 h. */
    @WithDefault("10s")
    Duration commitInterval();

    /** Candidates that a search asks the graph for where it does not say; 1 to 10,000. */
    @WithDefault("100")
    int effort();

    /** Searches that run at one time; 1 to 1,000. */
    @WithDefault("8")
    int concurrency();

    /** How long a search waits for its turn before it is refused; 1 ms to 1 min. */
    @WithDefault("1s")
    Duration patience();
}
