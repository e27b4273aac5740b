package io.millrace.inference.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.inference.domain.explain.Contributions.Method;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** How predictions were explained, and how long that took. */
@ApplicationScoped
public class ExplainMetrics {
    private final Map<Method, Counter> rows = new EnumMap<>(Method.class);
    private final Map<Method, Timer> durations = new EnumMap<>(Method.class);
    private final Counter mismatches;

    public ExplainMetrics(MeterRegistry registry) {
        for (Method method : Method.values()) {
            String name = method.name().toLowerCase(Locale.ROOT);
            rows.put(
                    method,
                    Counter.builder("millrace.inference.explain.rows")
                            .description(
                                    "Predictions that were asked to be explained, by how they were; none: they could not be in time")
                            .tag("method", name)
                            .register(registry));
            durations.put(
                    method,
                    Timer.builder("millrace.inference.explain.duration")
                            .description("Time to explain the predictions of one batch of a model")
                            .tag("method", name)
                            .register(registry));
        }
        mismatches = Counter.builder("millrace.inference.explain.mismatches")
                .description(
                        "Predictions that were not what was read of their model's file gives, and were explained by sampling")
                .register(registry);
    }

    public void explained(Method method, int count, Duration took) {
        explained(method, count);
        timer(method).record(took);
    }

    public void explained(Method method, int count) {
        java.util.Objects.requireNonNull(rows.get(method)).increment(count);
    }

    private Timer timer(Method method) {
        return java.util.Objects.requireNonNull(durations.get(method));
    }

    public void mismatched() {
        mismatches.increment();
    }
}
