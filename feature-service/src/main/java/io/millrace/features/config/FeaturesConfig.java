package io.millrace.features.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** What can be set under {@code millrace.features}. Bounds are held by {@link SettingsCheck}; an unknown key refuses to start. */
@ConfigMapping(prefix = "millrace.features")
public interface FeaturesConfig {
    OnlineStoreConfig onlineStore();

    Ingestion ingestion();

    Reads reads();

    Push push();

    Feast feast();

    /** Databases that batch sources, and queries for the rows of training sets, name. */
    Map<String, Connection> connections();

    /** A database. */
    interface Connection {
        /** {@code jdbc:postgresql://host:port/database}. Batch sources, and queries for the rows of training sets, name it. */
        String jdbcUrl();

        /** Of somebody who may read what the queries read, and nothing else. */
        Optional<String> username();

        /** Of that user; nothing where the database asks for none. */
        Optional<String> password();
    }

    /** How long applying or retiring waits for Kafka; 1 s to 5 min. */
    @WithDefault("15s")
    Duration definitionsPatience();

    /** Where the state of views lives. */
    interface OnlineStoreConfig {
        /** {@code embedded}: RocksDB in a local folder, one replica. {@code redis}: Redis or Valkey, several replicas; set {@code quarkus.redis.hosts} too. */
        @WithDefault("embedded")
        Kind kind();

        /** Folder of the embedded store. */
        @WithDefault("data/features")
        Path directory();

        /** How long a call of Redis may take; 10 ms to 1 min. */
        @WithDefault("2s")
        Duration timeout();

        /** Memory for blocks that were read; 1 MiB to 1 TiB. */
        @WithDefault("64M")
        MemorySize blockCache();

        /** Memory on the heap for rows of the embedded store as they were answered last; 0 to 64 GiB, 0 for none. */
        @WithDefault("32M")
        MemorySize rowCache();

        /** Memory for changes that are not on disk yet; the more, the less is written again to merge files. 1 MiB to 64 GiB. */
        @WithDefault("64M")
        MemorySize writeBuffer();

        /** How long the embedded store's checksums are compared before it is used; what is left is compared when it is read. 0 to 1 h. */
        @WithDefault("30s")
        Duration verifyAtStart();

        /**
         * Over how many buckets the rows of a view are spread in Redis, each on one shard; 0 to 1,024. 0: 1, and 32 in a cluster ({@code quarkus.redis.client-type}). The first replica
         * writes the number down in Redis, and that one holds.
         */
        @WithDefault("0")
        int buckets();

        /** How often rows are looked through for what no read can see any more; 1 s to 365 d. */
        @WithDefault("1h")
        Duration sweepInterval();

        /** How many keys (embedded) or rows (Redis) are looked at in a second while that goes on; 100 to 100,000,000. */
        @WithDefault("50000")
        int sweepRate();
    }

    /** The kinds of online store. */
    enum Kind {
        EMBEDDED,
        REDIS
    }

    /** How events are taken from topics. */
    interface Ingestion {
        /** The most records of one poll, applied as one change of the store; 1 to 100,000. In Redis, which does nothing else during a change, at most 10,000 of them. */
        @WithDefault("50000")
        int maxPollRecords();

        /** The most bytes fetched at once from one partition; 64 KiB to 256 MiB. */
        @WithDefault("4M")
        MemorySize maxPartitionFetch();

        /** How far an event's time may lie ahead of its arrival before it is dead-lettered; 0 to 36,500 d. */
        @WithDefault("1h")
        Duration maxFutureSkew();

        /** How often topics are looked at: whether they are there, have grown, or were made anew; 50 ms to 10 min. */
        @WithDefault("2s")
        Duration topicCheck();

        /** The first pause after a failure; doubles up to {@link #maxBackoff}; 10 ms to 1 min. */
        @WithDefault("200ms")
        Duration minBackoff();

        /** 10 ms to 10 min. */
        @WithDefault("10s")
        Duration maxBackoff();

        /** How often offsets are committed to Kafka, where tools read the lag from; 100 ms to 10 min. */
        @WithDefault("5s")
        Duration commitInterval();

        /** How long Kafka keeps an unfinished transaction of dead letters or pushes open after a crash; 1 s to 15 min. */
        @WithDefault("15s")
        Duration transactionTimeout();
    }

    /** How features are read. */
    interface Reads {
        /** Reads of up to this many rows (times views) of the embedded store are made on the event loop where such reads took less than 1 ms lately; larger ones never are. 0 to 100,000. */
        @WithDefault("512")
        int inlineRows();

        /** Reads that may be waiting for completeness or for the store at one time; more are refused. 1 to 1,000,000. */
        @WithDefault("10000")
        int maxWaiting();

        /** Reads of the store that run at one time off the event loop; 0 to 10,000. 0: twice the processors for the embedded store, whose reads compute, 64 for Redis, whose reads wait. */
        @WithDefault("0")
        int concurrency();

        /** The most that a read waits for its turn at the store; then it is refused. Once one had to be, the newest are served first. 1 ms to 1 min. */
        @WithDefault("250ms")
        Duration maxQueueing();

        /** Requests for features over HTTP that are served at one time; more are refused. 1 to 100,000. */
        @WithDefault("128")
        int admitted();

        /** How far gRPC's event loops may be behind before calls are refused, the more the further they are; 1 ms to 1 min. */
        @WithDefault("20ms")
        Duration eventLoopDelay();

        /** The most that a read may wait for completeness, whatever it asks for; 1 ms to 10 min. */
        @WithDefault("60s")
        Duration maxCompleteWait();

        /** Stop waiting this much before the caller's deadline, so that the answer still reaches it; 0 to 10 s. */
        @WithDefault("20ms")
        Duration deadlineMargin();
    }

    /** The service's own log of pushed rows. */
    interface Push {
        /** Partitions of the log where it is made; 1 to 1,000. */
        @WithDefault("4")
        int partitions();

        /** Replicas of the topics that the service makes; 1 to 10; 0 for the broker's default. */
        @WithDefault("0")
        int replicationFactor();

        /** How long pushed rows are kept in the log; 1 h to 3,650 d. */
        @WithDefault("30d")
        Duration retention();

        /** A push id counts once within this many records of a partition of the log; 0 to 10,000,000. */
        @WithDefault("50000")
        int rememberedRecords();

        /** How long a push waits for Kafka; 100 ms to 5 min. */
        @WithDefault("10s")
        Duration patience();

        /** Rows of one stream of pushes that may be on their way to Kafka at one time; 1 to 1,000,000. */
        @WithDefault("10000")
        int streamRows();

        /** Streams of pushes at one time; more are refused. 1 to 100,000. */
        @WithDefault("64")
        int maxStreams();
    }

    /** What Feast's interfaces do otherwise than ours. */
    interface Feast {
        /** Say PRESENT of a value that is older than its view's ttl, as Feast's Python server does; OUTSIDE_MAX_AGE without. */
        @WithDefault("false")
        boolean ignoreTtl();

        /** How long a write waits until its rows can be read, before it is answered all the same; 0 to 1 min. */
        @WithDefault("5s")
        Duration writeWait();
    }
}
