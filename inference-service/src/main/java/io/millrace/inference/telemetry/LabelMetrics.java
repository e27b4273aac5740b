package io.millrace.inference.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.inference.app.label.LabelTelemetry;
import jakarta.enterprise.context.ApplicationScoped;

/** The metrics of label streams. */
@ApplicationScoped
public class LabelMetrics implements LabelTelemetry {
    public static final String FOLDED = "millrace.inference.outcomes.folded";
    public static final String FOLD_FAILURES = "millrace.inference.outcomes.fold.failures";
    public static final String KEEP_FAILURES = "millrace.inference.outcomes.keep.failures";

    private final MeterRegistry registry;

    public LabelMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void folded(String labels, int outcomes) {
        if (outcomes > 0) {
            counter(FOLDED, "Outcomes that were read by what is made of them", labels)
                    .increment(outcomes);
        }
    }

    @Override
    public void foldFailed(String labels) {
        counter(FOLD_FAILURES, "Times that something made of outcomes failed on one and was stopped", labels)
                .increment();
    }

    @Override
    public void notKept(String labels) {
        counter(KEEP_FAILURES, "Times that a state made of outcomes could not be kept or published", labels)
                .increment();
    }

    private Counter counter(String name, String help, String labels) {
        return Counter.builder(name).description(help).tag("labels", labels).register(registry);
    }
}
