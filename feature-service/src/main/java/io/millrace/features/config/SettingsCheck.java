package io.millrace.features.config;

import io.millrace.gate.ConfigBounds;
import io.quarkus.runtime.Startup;
import jakarta.annotation.PostConstruct;
import jakarta.inject.Singleton;

/** Refuses to start with a setting out of its bounds, naming all of them at once. */
@Startup
@Singleton
public class SettingsCheck {
    private final FeaturesConfig config;
    private final OfflineStoreConfig offline;
    private final JobsConfig jobs;
    private final VectorsConfig vectors;
    private final SchemaRegistryConfig schemas;
    private final TrainingSetsConfig sets;
    private final ParityConfig parity;
    private final ConfigBounds bounds = new ConfigBounds("millrace.features");

    public SettingsCheck(
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
        stores();
        background();
        ingestion(config.ingestion());
        reads(config.reads());
        push(config.push());
        bounds.refuseFaults();
    }

    private void stores() {
        bounds.time("definitions-patience", config.definitionsPatience(), "PT1S", "PT5M");
        bounds.time("online-store.timeout", config.onlineStore().timeout(), "PT0.01S", "PT1M");
        bounds.size("online-store.block-cache", config.onlineStore().blockCache(), 1L << 20, 1L << 40);
        bounds.size("online-store.row-cache", config.onlineStore().rowCache(), 0, 64L << 30);
        bounds.size("online-store.write-buffer", config.onlineStore().writeBuffer(), 1L << 20, 64L << 30);
        bounds.time("online-store.verify-at-start", config.onlineStore().verifyAtStart(), "PT0S", "PT1H");
        bounds.number("online-store.buckets", config.onlineStore().buckets(), 0, 1_024);
        bounds.time("online-store.sweep-interval", config.onlineStore().sweepInterval(), "PT1S", "P365D");
        bounds.number("online-store.sweep-rate", config.onlineStore().sweepRate(), 100, 100_000_000);
        bounds.time("schema-registry.timeout", schemas.timeout(), "PT0.1S", "PT1M");
        bounds.size("offline-store.memory-limit", offline.memoryLimit(), 64L << 20, 1L << 40);
        bounds.number("offline-store.threads", offline.threads(), 1, 256);
        bounds.time("offline-store.flush-interval", offline.flushInterval(), "PT0.05S", "PT1H");
        bounds.number("offline-store.flush-rows", offline.flushRows(), 1, 10_000_000);
        bounds.time("offline-store.compaction-interval", offline.compactionInterval(), "PT0.1S", "P1D");
        bounds.number("offline-store.compaction-files", offline.compactionFiles(), 2, 10_000);
        bounds.size("offline-store.file-size", offline.fileSize(), 1L << 10, 64L << 30);
        bounds.time("offline-store.grace", offline.grace(), "PT1S", "P30D");
        bounds.size("offline-store.s3.cache-size", offline.s3().cacheSize(), 1L << 20, 64L << 40);
        bounds.time("offline-store.s3.timeout", offline.s3().timeout(), "PT0.1S", "PT1H");
        offline.retention()
                .forEach((view, kept) -> bounds.time("offline-store.retention." + view, kept, "P1D", "P36500D"));
        bounds.size("offline-store.flush-size", offline.flushSize(), 64L << 10, 4L << 30);
        bounds.size("vectors.write-buffer", vectors.writeBuffer(), 1L << 20, 2L << 30);
        bounds.time("vectors.refresh-interval", vectors.refreshInterval(), "PT0.01S", "PT1M");
        bounds.time("vectors.commit-interval", vectors.commitInterval(), "PT0.1S", "PT1H");
        bounds.number("vectors.effort", vectors.effort(), 1, 10_000);
        bounds.number("vectors.concurrency", vectors.concurrency(), 1, 1_000);
        bounds.time("vectors.patience", vectors.patience(), "PT0.001S", "PT1M");
    }

    private void background() {
        bounds.number("jobs.concurrency", jobs.concurrency(), 1, 64);
        bounds.number("jobs.max-waiting", jobs.maxWaiting(), 0, 10_000);
        bounds.number("jobs.kept", jobs.kept(), 0, 100_000);
        bounds.time("jobs.kept-for", jobs.keptFor(), "PT1M", "P3650D");
        bounds.share("parity.sample-ratio", parity.sampleRatio(), 0, 1);
        bounds.number("parity.max-waiting", parity.maxWaiting(), 1, 1_000_000);
        bounds.time("parity.interval", parity.interval(), "PT0.1S", "PT1H");
        bounds.time("parity.patience", parity.patience(), "PT1S", "P7D");
        bounds.number("parity.kept", parity.kept(), 1, 10_000);
        bounds.size("training-sets.inline-size", sets.inlineSize(), 1L << 10, 1L << 30);
        bounds.size("training-sets.memory-limit", sets.memoryLimit(), 64L << 20, 1L << 40);
        bounds.size("training-sets.spill-limit", sets.spillLimit(), 64L << 20, 1L << 50);
        bounds.number("training-sets.threads", sets.threads(), 1, 256);
        bounds.time("training-sets.kept-for", sets.keptFor(), "PT1M", "P3650D");
    }

    private void ingestion(FeaturesConfig.Ingestion ingestion) {
        bounds.number("ingestion.max-poll-records", ingestion.maxPollRecords(), 1, 100_000);
        bounds.size("ingestion.max-partition-fetch", ingestion.maxPartitionFetch(), 64L << 10, 256L << 20);
        bounds.time("ingestion.max-future-skew", ingestion.maxFutureSkew(), "PT0S", "P36500D");
        bounds.time("ingestion.topic-check", ingestion.topicCheck(), "PT0.05S", "PT10M");
        bounds.time("ingestion.min-backoff", ingestion.minBackoff(), "PT0.01S", "PT1M");
        bounds.time("ingestion.max-backoff", ingestion.maxBackoff(), "PT0.01S", "PT10M");
        bounds.time("ingestion.commit-interval", ingestion.commitInterval(), "PT0.1S", "PT10M");
        bounds.time("ingestion.transaction-timeout", ingestion.transactionTimeout(), "PT1S", "PT15M");
    }

    private void reads(FeaturesConfig.Reads reads) {
        bounds.number("reads.inline-rows", reads.inlineRows(), 0, 100_000);
        bounds.number("reads.max-waiting", reads.maxWaiting(), 1, 1_000_000);
        bounds.number("reads.concurrency", reads.concurrency(), 0, 10_000);
        bounds.time("reads.max-queueing", reads.maxQueueing(), "PT0.001S", "PT1M");
        bounds.number("reads.admitted", reads.admitted(), 1, 100_000);
        bounds.time("reads.event-loop-delay", reads.eventLoopDelay(), "PT0.001S", "PT1M");
        bounds.time("reads.max-complete-wait", reads.maxCompleteWait(), "PT0.001S", "PT10M");
        bounds.time("reads.deadline-margin", reads.deadlineMargin(), "PT0S", "PT10S");
    }

    private void push(FeaturesConfig.Push push) {
        bounds.number("push.partitions", push.partitions(), 1, 1_000);
        bounds.number("push.replication-factor", push.replicationFactor(), 0, 10);
        bounds.time("push.retention", push.retention(), "PT1H", "P3650D");
        bounds.number("push.remembered-records", push.rememberedRecords(), 0, 10_000_000);
        bounds.number("push.stream-rows", push.streamRows(), 1, 1_000_000);
        bounds.number("push.max-streams", push.maxStreams(), 1, 100_000);
        bounds.time("push.patience", push.patience(), "PT0.1S", "PT5M");
        bounds.time("feast.write-wait", config.feast().writeWait(), "PT0S", "PT1M");
    }
}
