package io.millrace.registry.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;

/** The settings under {@code millrace.registry}; Postgres is set with {@code quarkus.datasource.*}. */
@ConfigMapping(prefix = "millrace.registry")
public interface RegistryConfig {
    Catalogue catalogue();

    Validation validation();

    /** The memory of all current contracts that answers reads. */
    interface Catalogue {
        /** How long a read waits for Postgres before it is answered from memory. Positive. */
        @WithDefault("750ms")
        Duration readWait();

        /** How long after a failure reads leave Postgres alone. Positive. */
        @WithDefault("1s")
        Duration retryInterval();

        /** Most bytes of current contracts (canonical JSON) together; registrations beyond it are refused. Positive. */
        @WithDefault("128M")
        MemorySize maxSize();

        /** How many revisions that are not current are kept in memory. At least 1. */
        @WithDefault("1000")
        int oldRevisions();
    }

    /** Checks of rows. */
    interface Validation {
        /** How many run at a time, at least 1. */
        @WithDefault("4")
        int concurrency();

        /** How long a validation waits for its turn before it is refused. Positive. */
        @WithDefault("5s")
        Duration queueWait();

        /** Most bytes of rows in one call. 1 byte to 1 GiB. */
        @WithDefault("16M")
        MemorySize maxSize();

        /** Most rows in one call, at least 1. A small Parquet file may have very many. */
        @WithDefault("5000000")
        long maxRows();

        /** Most distinct keys that the uniqueness checks of one call hold in memory, at least 1. Some 100 bytes each. */
        @WithDefault("2000000")
        long maxDistinctKeys();

        /** Memory of each DuckDB database, for Parquet files and SQL rules. At least 16 MiB. */
        @WithDefault("256M")
        MemorySize memoryLimit();

        /** Threads of each DuckDB database, at least 1. */
        @WithDefault("2")
        int threads();

        /** How long one SQL rule may take; whole seconds, at least 1 s. */
        @WithDefault("5s")
        Duration sqlTimeout();

        /** Where Parquet files lie while they are read, and where DuckDB spills. Made where it is missing. */
        @WithDefault("${java.io.tmpdir}/millrace-registry")
        Path directory();
    }
}
