package io.millrace.inference.config;

import io.millrace.gate.ConfigBounds;
import io.millrace.inference.app.batch.BatchSettings;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;

/** The settings of the scoring of files, checked. */
public class BatchWiring {
    @Produces
    @Singleton
    BatchSettings settings(BatchConfig config) {
        return new BatchSettings(
                config.directory().toAbsolutePath().normalize(),
                config.imports().map(Path::toAbsolutePath),
                config.inlineSize().asLongValue(),
                config.chunkRows(),
                config.scoreRows(),
                config.deadline(),
                config.patience(),
                config.keptFor());
    }

    /** Faults of the settings of jobs and of the scoring of files. */
    static void check(ConfigBounds bounds, BatchConfig batch, JobsConfig jobs) {
        bounds.number("batch.chunk-rows", batch.chunkRows(), 1, 10_000_000);
        bounds.number("batch.score-rows", batch.scoreRows(), 1, 10_000);
        bounds.positive("batch.deadline", batch.deadline());
        bounds.positive("batch.patience", batch.patience());
        bounds.time("batch.kept-for", batch.keptFor(), "PT1M", "P3650D");
        bounds.number("jobs.concurrency", jobs.concurrency(), 1, 64);
        bounds.number("jobs.max-waiting", jobs.maxWaiting(), 0, 10_000);
        bounds.number("jobs.kept", jobs.kept(), 0, 100_000);
        bounds.time("jobs.kept-for", jobs.keptFor(), "PT1M", "P3650D");
    }
}
