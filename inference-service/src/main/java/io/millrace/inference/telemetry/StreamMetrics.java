package io.millrace.inference.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.inference.app.DeadLetterReason;
import io.millrace.inference.app.StreamTelemetry;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The figures of all streams of this process. */
@ApplicationScoped
public class StreamMetrics implements StreamTelemetry {
    private final Counter predictions;
    private final Counter aborts;
    private final Counter violations;
    private final DistributionSummary batch;
    private final Timer latency;
    private final Map<DeadLetterReason, Counter> deadLetters = new EnumMap<>(DeadLetterReason.class);

    public StreamMetrics(MeterRegistry registry) {
        this.predictions = counter(registry, InferenceMetrics.STREAM_PREDICTIONS, "Predictions that streams committed");
        this.aborts = counter(registry, InferenceMetrics.STREAM_ABORTS, "Transactions that streams aborted");
        this.violations = counter(
                registry,
                InferenceMetrics.CONTRACT_VIOLATIONS,
                "Failing rows of the events that were checked against their contract, once per rule");
        this.batch = DistributionSummary.builder(InferenceMetrics.STREAM_BATCH)
                .description("Records of one committed transaction")
                .publishPercentileHistogram()
                .minimumExpectedValue(1.0)
                .maximumExpectedValue(10_000.0)
                .register(registry);
        this.latency = Timer.builder(InferenceMetrics.STREAM_LATENCY)
                .description("From an event's Kafka timestamp to its committed prediction")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofMinutes(10))
                .register(registry);
        for (DeadLetterReason reason : DeadLetterReason.values()) {
            deadLetters.put(
                    reason,
                    Counter.builder(InferenceMetrics.STREAM_DEAD_LETTERS)
                            .description("Records that streams dead-lettered")
                            .tag("reason", reason.name())
                            .register(registry));
        }
    }

    @Override
    public void committed(int records, int newPredictions) {
        batch.record(records);
        predictions.increment(newPredictions);
    }

    @Override
    public void latencies(long[] millis) {
        for (long each : millis) {
            latency.record(each, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void deadLettered(DeadLetterReason reason) {
        Counter counter = deadLetters.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }

    @Override
    public void aborted() {
        aborts.increment();
    }

    @Override
    public void contractViolated(long rows) {
        violations.increment(rows);
    }

    private static Counter counter(MeterRegistry registry, String name, String what) {
        return Counter.builder(name).description(what).register(registry);
    }
}
