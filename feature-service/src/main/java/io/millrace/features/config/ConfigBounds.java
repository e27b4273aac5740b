package io.millrace.features.config;

import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.annotation.PostConstruct;
import jakarta.inject.Singleton;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Refuses to start with a setting out of its bounds, naming all of them at once. */
@Startup
@Singleton
public class ConfigBounds {
    private final FeaturesConfig config;
    private final OfflineStoreConfig offline;
    private final JobsConfig jobs;
    private final VectorsConfig vectors;
    private final SchemaRegistryConfig schemas;
    private final TrainingSetsConfig sets;
    private final ParityConfig parity;
    private final List<String> faults = new ArrayList<>();

    public ConfigBounds(
            FeaturesConfig config,
            OfflineStoreConfig offline,
            JobsConfig jobs,
            VectorsConfig vectors,
            SchemaRegistryConfig schemas,
            TrainingSetsConfig sets,
            ParityConfig parity) {
        this.config = config;
        this.offline = offline;
        this.jobs = jobs;
        this.vectors = vectors;
        this.schemas = schemas;
        this.sets = sets;
        this.parity = parity;
    }

    @PostConstruct
    void check() {
        duration("definitions-patience", config.definitionsPatience(), "PT1S", "PT5M");
        duration("online-store.timeout", config.onlineStore().timeout(), "PT0.01S", "PT1M");
        duration("schema-registry.timeout", schemas.timeout(), "PT0.1S", "PT1M");
        memory("online-store.block-cache", config.onlineStore().blockCache(), 1L << 20, 1L << 40);
        memory("online-store.row-cache", config.onlineStore().rowCache(), 0, 64L << 30);
        memory("online-store.write-buffer", config.onlineStore().writeBuffer(), 1L << 20, 64L << 30);
        duration("online-store.verify-at-start", config.onlineStore().verifyAtStart(), "PT0S", "PT1H");
        number("online-store.buckets", config.onlineStore().buckets(), 0, 1_024);
        duration("online-store.sweep-interval", config.onlineStore().sweepInterval(), "PT1S", "P365D");
        number("online-store.sweep-rate", config.onlineStore().sweepRate(), 100, 100_000_000);
        memory("offline-store.memory-limit", offline.memoryLimit(), 64L << 20, 1L << 40);
        number("offline-store.threads", offline.threads(), 1, 256);
        duration("offline-store.flush-interval", offline.flushInterval(), "PT0.05S", "PT1H");
        number("offline-store.flush-rows", offline.flushRows(), 1, 10_000_000);
        duration("offline-store.compaction-interval", offline.compactionInterval(), "PT0.1S", "P1D");
        number("offline-store.compaction-files", offline.compactionFiles(), 2, 10_000);
        memory("offline-store.file-size", offline.fileSize(), 1L << 10, 64L << 30);
        duration("offline-store.grace", offline.grace(), "PT1S", "P30D");
        memory("offline-store.s3.cache-size", offline.s3().cacheSize(), 1L << 20, 64L << 40);
        duration("offline-store.s3.timeout", offline.s3().timeout(), "PT0.1S", "PT1H");
        offline.retention()
                .forEach((view, kept) -> duration("offline-store.retention." + view, kept, "P1D", "P36500D"));
        memory("offline-store.flush-size", offline.flushSize(), 64L << 10, 4L << 30);
        number("jobs.concurrency", jobs.concurrency(), 1, 64);
        number("jobs.max-waiting", jobs.maxWaiting(), 0, 10_000);
        number("jobs.kept", jobs.kept(), 0, 100_000);
        if (!(parity.sampleRatio() >= 0 && parity.sampleRatio() <= 1)) {
            fault("parity.sample-ratio", parity.sampleRatio(), 0, 1);
        }
        number("parity.max-waiting", parity.maxWaiting(), 1, 1_000_000);
        duration("parity.interval", parity.interval(), "PT0.1S", "PT1H");
        duration("parity.patience", parity.patience(), "PT1S", "P7D");
        number("parity.kept", parity.kept(), 1, 10_000);
        memory("training-sets.inline-size", sets.inlineSize(), 1L << 10, 1L << 30);
        memory("training-sets.memory-limit", sets.memoryLimit(), 64L << 20, 1L << 40);
        memory("training-sets.spill-limit", sets.spillLimit(), 64L << 20, 1L << 50);
        number("training-sets.threads", sets.threads(), 1, 256);
        duration("training-sets.kept-for", sets.keptFor(), "PT1M", "P3650D");
        duration("jobs.kept-for", jobs.keptFor(), "PT1M", "P3650D");
        FeaturesConfig.Ingestion ingestion = config.ingestion();
        number("ingestion.max-poll-records", ingestion.maxPollRecords(), 1, 100_000);
        memory("ingestion.max-partition-fetch", ingestion.maxPartitionFetch(), 64L << 10, 256L << 20);
        duration("ingestion.max-future-skew", ingestion.maxFutureSkew(), "PT0S", "P36500D");
        duration("ingestion.topic-check", ingestion.topicCheck(), "PT0.05S", "PT10M");
        duration("ingestion.min-backoff", ingestion.minBackoff(), "PT0.01S", "PT1M");
        duration("ingestion.max-backoff", ingestion.maxBackoff(), "PT0.01S", "PT10M");
        duration("ingestion.commit-interval", ingestion.commitInterval(), "PT0.1S", "PT10M");
        duration("ingestion.transaction-timeout", ingestion.transactionTimeout(), "PT1S", "PT15M");
        FeaturesConfig.Reads reads = config.reads();
        number("reads.inline-rows", reads.inlineRows(), 0, 100_000);
        number("reads.max-waiting", reads.maxWaiting(), 1, 1_000_000);
        number("reads.concurrency", reads.concurrency(), 1, 10_000);
        duration("reads.max-queueing", reads.maxQueueing(), "PT0.001S", "PT1M");
        number("reads.admitted", reads.admitted(), 1, 100_000);
        duration("reads.event-loop-delay", reads.eventLoopDelay(), "PT0.001S", "PT1M");
        duration("reads.max-complete-wait", reads.maxCompleteWait(), "PT0.001S", "PT10M");
        duration("reads.deadline-margin", reads.deadlineMargin(), "PT0S", "PT10S");
        FeaturesConfig.Push push = config.push();
        number("push.partitions", push.partitions(), 1, 1_000);
        number("push.replication-factor", push.replicationFactor(), 0, 10);
        duration("push.retention", push.retention(), "PT1H", "P3650D");
        number("push.remembered-records", push.rememberedRecords(), 0, 10_000_000);
        number("push.stream-rows", push.streamRows(), 1, 1_000_000);
        number("push.max-streams", push.maxStreams(), 1, 100_000);
        duration("push.patience", push.patience(), "PT0.1S", "PT5M");
        duration("feast.write-wait", config.feast().writeWait(), "PT0S", "PT1M");
        memory("vectors.write-buffer", vectors.writeBuffer(), 1L << 20, 2L << 30);
        duration("vectors.refresh-interval", vectors.refreshInterval(), "PT0.01S", "PT1M");
        duration("vectors.commit-interval", vectors.commitInterval(), "PT0.1S", "PT1H");
        number("vectors.effort", vectors.effort(), 1, 10_000);
        number("vectors.concurrency", vectors.concurrency(), 1, 1_000);
        duration("vectors.patience", vectors.patience(), "PT0.001S", "PT1M");
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
    }

    private void duration(String key, Duration value, String least, String most) {
        if (value.compareTo(Duration.parse(least)) < 0 || value.compareTo(Duration.parse(most)) > 0) {
            fault(key, value, least, most);
        }
    }

    private void memory(String key, MemorySize value, long least, long most) {
        BigInteger bytes = value.asBigInteger();
        if (bytes.compareTo(BigInteger.valueOf(least)) < 0 || bytes.compareTo(BigInteger.valueOf(most)) > 0) {
            fault(key, bytes, least, most);
        }
    }

    private void number(String key, int value, int least, int most) {
        if (value < least || value > most) {
            fault(key, value, least, most);
        }
    }

    private void fault(String key, Object value, Object least, Object most) {
        faults.add("millrace.features." + key + " must be between " + least + " and " + most + ", was " + value);
    }
}
