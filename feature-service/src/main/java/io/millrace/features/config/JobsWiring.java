package io.millrace.features.config;

import io.millrace.features.app.FeatureReason;
import io.millrace.jobs.JobHandler;
import io.millrace.jobs.JobLimits;
import io.millrace.jobs.JobMeter;
import io.millrace.jobs.JobReasons;
import io.millrace.jobs.Jobs;
import io.millrace.jobs.store.JobFolder;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** Makes the jobs of the configuration and takes up those of the process before. */
public class JobsWiring {
    @Produces
    @Singleton
    Jobs jobs(JobsConfig config, @Any Instance<JobHandler> handlers, InstantSource clock, JobMeter meter) {
        return new Jobs(
                handlers::stream,
                new JobFolder(config.directory()),
                new JobLimits(config.concurrency(), config.maxWaiting(), config.kept(), config.keptFor()),
                new JobReasons(
                        FeatureReason.TOO_MANY_JOBS, FeatureReason.JOB_NOT_FOUND, FeatureReason.MALFORMED_REQUEST),
                clock,
                meter);
    }

    void begin(@Observes StartupEvent event, Jobs jobs) {
        jobs.takeUp();
    }

    void end(@Disposes Jobs jobs) {
        jobs.close();
    }
}
