package io.millrace.edge.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.edge.domain.LossReason;
import io.millrace.edge.domain.NodeError;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** The metrics of edge-gateway, by name. Labels come from enums; node ids are in the ledger, never here. */
public final class EdgeMetrics {
    private final MeterRegistry registry;
    private final Timer cycleDuration;
    private final Counter pulled;
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong nodes = new AtomicLong();

    /** What the cloud answered to a POST. */
    public enum CloudOutcome {
        ACCEPTED,
        REFUSED,
        FAILED
    }

    public EdgeMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.cycleDuration = Timer.builder("millrace.edge.cycle.duration")
                .description("From the start of a cycle to its aggregate")
                .publishPercentileHistogram()
                .register(registry);
        this.pulled = Counter.builder("millrace.edge.summaries.pulled")
                .description("Summaries that were pulled and taken")
                .register(registry);
        Gauge.builder("millrace.edge.nodes.answered", answered, AtomicLong::doubleValue)
                .description("Nodes with status success in the last aggregate")
                .register(registry);
        Gauge.builder("millrace.edge.nodes.registered", nodes, AtomicLong::doubleValue)
                .description("Nodes in the last aggregate")
                .register(registry);
    }

    /** Registers a gauge {@code millrace.edge.<name>}. */
    public void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder("millrace.edge." + name, value).description(description).register(registry);
    }

    public void cycle(Duration duration, long answeredNodes, long allNodes) {
        cycleDuration.record(duration);
        answered.set(answeredNodes);
        nodes.set(allNodes);
    }

    public void pulled() {
        pulled.increment();
    }

    public void pushed(Enum<?> outcome) {
        registry.counter("millrace.edge.summaries.pushed", "outcome", label(outcome))
                .increment();
    }

    public void dropped(LossReason reason) {
        registry.counter("millrace.edge.summaries.dropped", "reason", label(reason)).increment();
    }

    public void pullFailed(NodeError.Code code) {
        registry.counter("millrace.edge.pulls.failed", "code", label(code)).increment();
    }

    public void aggregateDropped() {
        registry.counter("millrace.edge.aggregates.dropped").increment();
    }

    public void drained(int entries) {
        registry.counter("millrace.edge.drain.entries").increment(entries);
    }

    public void drainFailed() {
        registry.counter("millrace.edge.drain.failures").increment();
    }

    public void cloud(CloudOutcome outcome) {
        registry.counter("millrace.edge.cloud.posts", "outcome", label(outcome)).increment();
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
