package io.millrace.features.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Where everything that came in is kept for training: what can be set under {@code millrace.features.offline-store}. */
@ConfigMapping(prefix = "millrace.features.offline-store")
public interface OfflineStoreConfig {
    /** Whether what comes in is kept at all; without it there are no training sets. */
    @WithDefault("true")
    boolean enabled();

    /** Folder of the files; with several replicas one that they share. */
    @WithDefault("data/offline")
    Path directory();

    /** Memory for writing, merging and reading files; what does not fit is spilled to disk; 64 MiB to 1 TiB. */
    @WithDefault("512M")
    MemorySize memoryLimit();

    /** Threads for writing, merging and reading files; 1 to 256. */
    @WithDefault("2")
    int threads();

    /** Rows are written this long after the last time, or earlier where there are many; 50 ms to 1 h. */
    @WithDefault("30s")
    Duration flushInterval();

    /** Rows are written when there are this many; 1 to 10,000,000. */
    @WithDefault("100000")
    int flushRows();

    /** Rows are written when their records have this many bytes; 64 KiB to 4 GiB. */
    @WithDefault("64M")
    MemorySize flushSize();

    /** How often small files are looked for and merged, and files that nobody needs any more removed; 100 ms to 1 d. */
    @WithDefault("1m")
    Duration compactionInterval();

    /** A day with this many small files is merged; 2 to 10,000. */
    @WithDefault("8")
    int compactionFiles();

    /** A file of this size is no longer merged with others; 1 KiB to 64 GiB. */
    @WithDefault("256M")
    MemorySize fileSize();

    /** How long a file that was replaced stays for those who read it on another machine, and one that nobody names; 1 s to 30 d. */
    @WithDefault("1h")
    Duration grace();

    /** How long the events of a view are kept, counted by their days; for ever where nothing is set: {@code millrace.features.offline-store.retention.origin_delays=400d}. 1 d or more. */
    Map<String, Duration> retention();

    /** Object storage in the place of the folder; the folder is for work and for copies of files then. */
    S3 s3();

    /** A bucket of S3 or of anything that speaks it, conditional writes ({@code If-Match}, {@code If-None-Match}) included. */
    interface S3 {
        /** Files are kept in this bucket; in the folder where it is not set. */
        Optional<String> bucket();

        /** What all names in the bucket begin with, such as {@code prod/features/}. */
        Optional<String> prefix();

        /** {@code https://host:port} of what speaks S3; AWS's own where it is not set. */
        Optional<URI> endpoint();

        /** Region of the bucket. */
        @WithDefault("us-east-1")
        String region();

        /** Whether the bucket stands in the path instead of in the host's name; most servers that are not AWS's want it. */
        @WithDefault("false")
        boolean pathStyle();

        /** With {@code secret-key}; AWS's environment variables and system properties where it is not set. */
        Optional<String> accessKey();

        /** Belongs to {@code access-key}. */
        Optional<String> secretKey();

        /** Disk for copies of files; 1 MiB to 64 TiB. A job that needs more at once takes more, and gives it back. */
        @WithDefault("10G")
        MemorySize cacheSize();

        /** How long a call may take; 100 ms to 1 h. */
        @WithDefault("1m")
        Duration timeout();
    }
}
