package io.millrace.jobs;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.jobs.Job.State;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Jobs by {@code kind} and {@code state}. All counters are there from the start, so that the first failure is an increase. */
public class JobMeters implements JobMeter {
    private final MeterRegistry registry;
    private final String underwayName;
    private final String endedName;
    private final Map<Ended, Counter> ended = new ConcurrentHashMap<>();

    private record Ended(String kind, State state) {}

    /**
     * @param underwayName the gauge of jobs that wait or run now
     * @param endedName the counter of jobs that came to an end
     */
    public JobMeters(MeterRegistry registry, String underwayName, String endedName) {
        this.registry = registry;
        this.underwayName = underwayName;
        this.endedName = endedName;
    }

    @Override
    public void watch(Jobs jobs, String kind) {
        for (State state : State.values()) {
            if (state.isFinal()) {
                ended.put(new Ended(kind, state), registry.counter(endedName, "kind", kind, "state", label(state)));
            } else {
                Gauge.builder(underwayName, jobs, all -> count(all, kind, state))
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
