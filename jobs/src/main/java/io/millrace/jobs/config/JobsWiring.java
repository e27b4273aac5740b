package io.millrace.jobs.config;

import io.millrace.jobs.JobHandler;
import io.millrace.jobs.JobLimits;
import io.millrace.jobs.JobMeter;
import io.millrace.jobs.JobReasons;
import io.millrace.jobs.JobStore;
import io.millrace.jobs.Jobs;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** Makes the jobs with the handlers that the service has, and takes up those of the process before. */
public class JobsWiring {
    @Produces
    @Singleton
    Jobs jobs(
            JobStore store,
            JobLimits limits,
            JobReasons reasons,
            @Any Instance<JobHandler> handlers,
            InstantSource clock,
            JobMeter meter) {
        return new Jobs(handlers::stream, store, limits, reasons, clock, meter);
    }

    void begin(@Observes StartupEvent event, Jobs jobs) {
        jobs.takeUp();
    }

    void end(@Disposes Jobs jobs) {
        jobs.close();
    }
}
