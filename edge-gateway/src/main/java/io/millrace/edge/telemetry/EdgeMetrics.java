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
    public static final String CYCLE_DURATION = "millrace.edge.cycle.duration";
    public static final String SUMMARIES_PULLED = "millrace.edge.summaries.pulled";
    public static final String NODES_ANSWERED = "millrace.edge.nodes.answered";
    public static final String NODES_REGISTERED = "millrace.edge.nodes.registered";
    public static final String SUMMARIES_PUSHED = "millrace.edge.summaries.pushed";
    public static final String SUMMARIES_DROPPED = "millrace.edge.summaries.dropped";
    public static final String PULLS_FAILED = "millrace.edge.pulls.failed";
    public static final String AGGREGATES_DROPPED = "millrace.edge.aggregates.dropped";
    public static final String DRAIN_ENTRIES = "millrace.edge.drain.entries";
    public static final String DRAIN_FAILURES = "millrace.edge.drain.failures";
    public static final String CLOUD_POSTS = "millrace.edge.cloud.posts";
    public static final String SPOOL_USED = "millrace.edge.spool.used.bytes";
    public static final String SPOOL_MAX = "millrace.edge.spool.max.bytes";
    public static final String SPOOL_LOST = "millrace.edge.spool.lost.bytes";
    public static final String SPOOL_SYNCS = "millrace.edge.spool.syncs";
    public static final String SPOOL_BACKLOG = "millrace.edge.spool.backlog.entries";
    public static final String CLOUD_SPOOL_USED = "millrace.edge.cloud.spool.used.bytes";
    public static final String CLOUD_SPOOL_MAX = "millrace.edge.cloud.spool.max.bytes";
    public static final String CLOUD_SPOOL_LOST = "millrace.edge.cloud.spool.lost.bytes";
    public static final String CLOUD_SPOOL_SYNCS = "millrace.edge.cloud.spool.syncs";

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
        this.cycleDuration = Timer.builder(CYCLE_DURATION)
                .description("From the start of a cycle to its aggregate")
                .publishPercentileHistogram()
                .register(registry);
        this.pulled = Counter.builder(SUMMARIES_PULLED)
                .description("Summaries that were pulled and taken")
                .register(registry);
        Gauge.builder(NODES_ANSWERED, answered, AtomicLong::doubleValue)
                .description("Nodes with status success in the last aggregate")
                .register(registry);
        Gauge.builder(NODES_REGISTERED, nodes, AtomicLong::doubleValue)
                .description("Nodes in the last aggregate")
                .register(registry);
    }

    /** Registers a gauge under one of the names above. */
    public void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder(name, value).description(description).register(registry);
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
        registry.counter(SUMMARIES_PUSHED, "outcome", label(outcome)).increment();
    }

    public void dropped(LossReason reason) {
        registry.counter(SUMMARIES_DROPPED, "reason", label(reason)).increment();
    }

    public void pullFailed(NodeError.Code code) {
        registry.counter(PULLS_FAILED, "code", label(code)).increment();
    }

    public void aggregateDropped() {
        registry.counter(AGGREGATES_DROPPED).increment();
    }

    public void drained(int entries) {
        registry.counter(DRAIN_ENTRIES).increment(entries);
    }

    public void drainFailed() {
        registry.counter(DRAIN_FAILURES).increment();
    }

    public void cloud(CloudOutcome outcome) {
        registry.counter(CLOUD_POSTS, "outcome", label(outcome)).increment();
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
