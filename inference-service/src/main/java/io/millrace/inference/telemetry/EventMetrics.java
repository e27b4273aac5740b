package io.millrace.inference.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;

/** How many events the service told of itself. */
@ApplicationScoped
public class EventMetrics {
    private final Counter written;
    private final Counter dropped;

    public EventMetrics(MeterRegistry registry) {
        this.written = Counter.builder(InferenceMetrics.EVENTS_WRITTEN)
                .description("Events of the service that its topic took")
                .register(registry);
        this.dropped = Counter.builder(InferenceMetrics.EVENTS_DROPPED)
                .description("Events of the service that were given up because Kafka did not take them")
                .register(registry);
    }

    public void written() {
        written.increment();
    }

    public void dropped(int events) {
        dropped.increment(events);
    }
}
