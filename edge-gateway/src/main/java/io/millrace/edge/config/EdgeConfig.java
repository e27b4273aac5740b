package io.millrace.edge.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Settings of edge-gateway. Bounds are checked at start; an unknown key refuses to start. */
@ConfigMapping(prefix = "millrace.edge")
public interface EdgeConfig {
    Spool spool();

    Cycle cycle();

    Pull pull();

    Liveness liveness();

    Cloud cloud();

    Drain drain();

    /** Address ranges that are blocked unless allowed here, by the domain of the node: {@code millrace.edge.allowed-addresses.airports=127.0.0.0/8}. */
    Map<String, List<String>> allowedAddresses();

    /** Where accepted summaries wait for Kafka. */
    interface Spool {
        /** Holds everything that the gateway keeps: the spool, the nodes, checkpoints, aggregates for the cloud. One gateway per directory. */
        @WithDefault("data/edge")
        Path directory();

        /** At least 64 KiB. What does not fit is refused before it is acknowledged. */
        @WithDefault("1G")
        MemorySize maxSize();

        /** Size of a file of the spool, the grain in which space comes back; at most a quarter of max-size. */
        @WithDefault("16M")
        MemorySize segmentSize();

        /** How often sequences and ledgers are written down, so that a start has less to read again. 100 ms to 10 min. */
        @WithDefault("10s")
        Duration checkpointInterval();

        /** How long a push waits for the disk before it is answered UNAVAILABLE. 100 ms to 60 s. */
        @WithDefault("10s")
        Duration patience();
    }

    /** The pull cycle. */
    interface Cycle {
        /** Whether nodes are pulled and aggregates made. */
        @WithDefault("true")
        boolean enabled();

        /** 100 ms to 1 h. A node is pulled in every cycle, or in every n-th where its own interval is longer. */
        @WithDefault("10s")
        Duration interval();

        /** When a cycle ends, whoever has answered; at most the interval. */
        @WithDefault("5s")
        Duration limit();
    }

    /** Asking one node. */
    interface Pull {
        /** From the resolution of the name to the last byte. 10 ms to 60 s. */
        @WithDefault("2s")
        Duration timeout();

        /** Nodes asked at the same time, 1 to 20,000. */
        @WithDefault("1024")
        int concurrency();

        /** 1 KiB to 1 MiB. */
        @WithDefault("64K")
        MemorySize maxResponseSize();

        /** Names resolved at the same time, 1 to 256. */
        @WithDefault("16")
        int resolvers();
    }

    /** When a silent node is in error. */
    interface Liveness {
        /** Intervals missed in a row after which a node that pushes is SILENT, 1 to 1,000. */
        @WithDefault("3")
        int missed();
    }

    /** Where aggregates go besides Kafka. */
    interface Cloud {
        /** Each aggregate is POSTed here as JSON until it is accepted; nothing is sent where this is not set. */
        Optional<URI> url();

        /** For one request. 100 ms to 5 min. */
        @WithDefault("10s")
        Duration timeout();

        /** First wait after a failure; doubled up to max-wait, with jitter. */
        @WithDefault("1s")
        Duration minWait();

        @WithDefault("1m")
        Duration maxWait();

        /** Wait after an answer that retrying soon will not change (4xx other than 408 and 429, 3xx). */
        @WithDefault("5m")
        Duration refusedWait();

        /** Aggregates that wait for the cloud, at least 64 KiB; compressed. */
        @WithDefault("256M")
        MemorySize maxSize();
    }

    /** The way of the spool into Kafka. */
    interface Drain {
        /** Entries in one transaction, 1 to 100,000. */
        @WithDefault("2000")
        int maxEntries();

        /** Bytes in one transaction, 1 KiB to 64 MiB. */
        @WithDefault("8M")
        MemorySize maxSize();

        /** First wait after Kafka failed; doubled up to max-wait, with jitter. */
        @WithDefault("500ms")
        Duration minWait();

        @WithDefault("10s")
        Duration maxWait();
    }
}
