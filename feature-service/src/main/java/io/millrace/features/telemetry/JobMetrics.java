package io.millrace.features.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.features.app.jobs.Job.State;
import io.millrace.features.app.jobs.JobMeter;
import io.millrace.features.app.jobs.Jobs;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Jobs by {@code kind} (materialization, rebuild, training-set) and {@code state}. All counters are there from the start, so that the first failure is an increase. */
@Singleton
public class JobMetrics implements JobMeter {
    /** Jobs that wait or run now. */
    public static final String UNDERWAY = "millrace.features.jobs.underway";
    /** Jobs that came to an end. */
    public static final String ENDED = "millrace.features.jobs.ended";

    private final MeterRegistry registry;
    private final Map<Ended, Counter> ended = new ConcurrentHashMap<>();

    private record Ended(String kind, State state) {}

    public JobMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void watch(Jobs jobs, String kind) {
        for (State state : State.values()) {
            if (state.isFinal()) {
                ended.put(new Ended(kind, state), registry.counter(ENDED, "kind", kind, "state", label(state)));
            } else {
                Gauge.builder(UNDERWAY, jobs, all -> count(all, kind, state))
                        .tag("kind", kind)
                        .tag("state", label(state))
                        .register(registry);
            }
        }
    }

    @Override
    public void ended(String kind, State how) {
        @Nullable Counter counter = ended.get(new Ended(kind, how));
        if (counter != null) {
            counter.increment();
        }
    }

    private static double count(Jobs jobs, String kind, State state) {
        return jobs.all(kind).stream().filter(job -> job.state() == state).count();
    }

    private static String label(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
