package io.millrace.features.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.jobs.JobMeters;
import jakarta.inject.Singleton;

/** Jobs by {@code kind} (materialization, rebuild, training-set) and {@code state}. */
@Singleton
public class JobMetrics extends JobMeters {
    /** Jobs that wait or run now. */
    public static final String UNDERWAY = "millrace.features.jobs.underway";
    /** Jobs that came to an end. */
    public static final String ENDED = "millrace.features.jobs.ended";

    public JobMetrics(MeterRegistry registry) {
        super(registry, UNDERWAY, ENDED);
    }
}
