package io.millrace.features.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.features.app.deletion.DeletionMeter;
import io.millrace.features.app.deletion.Voids;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;

/** How deletions of entities get on. */
@Singleton
public class DeletionMetrics implements DeletionMeter {
    /** Entities that are gone everywhere. */
    public static final String FINISHED = "millrace.features.deletion.entities";
    /** Attempts to finish a deletion that did not work; each is repeated. */
    public static final String FAILURES = "millrace.features.deletion.failures";
    /** Deletions that were asked for and are not finished everywhere; each replica tells all that it has heard of. */
    public static final String OUTSTANDING = "millrace.features.deletion.outstanding";
    /** Seconds since the oldest of them was asked for; 0 where there is none. */
    public static final String OUTSTANDING_AGE = "millrace.features.deletion.outstanding.age";

    private final Counter finished;
    private final Counter failures;

    public DeletionMetrics(MeterRegistry registry, Voids voids, InstantSource clock) {
        finished = registry.counter(FINISHED);
        failures = registry.counter(FAILURES);
        Gauge.builder(OUTSTANDING, voids, known -> known.outstanding().count()).register(registry);
        Gauge.builder(OUTSTANDING_AGE, voids, known -> known.outstanding()
                        .oldest()
                        .map(asked -> Duration.between(asked, clock.instant()).toMillis() / 1_000.0)
                        .orElse(0.0))
                .baseUnit("seconds")
                .register(registry);
    }

    @Override
    public void finished() {
        finished.increment();
    }

    @Override
    public void failed() {
        failures.increment();
    }
}
