package io.millrace.features.config;

import io.millrace.features.app.FeatureReason;
import io.millrace.jobs.JobLimits;
import io.millrace.jobs.JobReasons;
import io.millrace.jobs.JobStore;
import io.millrace.jobs.store.JobFolder;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** What the jobs are made of here; {@link io.millrace.jobs.config.JobsWiring} makes them. */
public class JobParts {
    @Produces
    @Singleton
    JobStore store(JobsConfig config) {
        return new JobFolder(config.directory());
    }

    @Produces
    @Singleton
    JobLimits limits(JobsConfig config) {
        return new JobLimits(config.concurrency(), config.maxWaiting(), config.kept(), config.keptFor());
    }

    @Produces
    @Singleton
    JobReasons reasons() {
        return new JobReasons(
                FeatureReason.TOO_MANY_JOBS, FeatureReason.JOB_NOT_FOUND, FeatureReason.MALFORMED_REQUEST);
    }
}
