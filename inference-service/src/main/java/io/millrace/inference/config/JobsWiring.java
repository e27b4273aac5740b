package io.millrace.inference.config;

import io.millrace.inference.app.InferenceReason;
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
                        InferenceReason.TOO_MANY_JOBS, InferenceReason.JOB_NOT_FOUND, InferenceReason.INVALID_REQUEST),
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
