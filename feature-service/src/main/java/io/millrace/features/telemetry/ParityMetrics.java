package io.millrace.features.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.features.app.parity.ParityMeter;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the standing parity check counts. Its labels {@code view} and {@code feature} are names of definitions, which people write: they are as many as the definitions that are
 * applied, and without them the alert could not say what is wrong.
 */
@Singleton
public class ParityMetrics implements ParityMeter {
    /** Values that were compared with the offline store, by {@code view} and {@code feature}. */
    public static final String COMPARED = "millrace.features.parity.compared";
    /** Those of them that differed, by {@code view} and {@code feature}. */
    public static final String MISMATCHED = "millrace.features.parity.mismatched";
    /** Sampled rows that were never compared. */
    public static final String DROPPED = "millrace.features.parity.dropped";

    private final MeterRegistry registry;
    private final Counter dropped;
    private final Map<Labels, Counters> byFeature = new ConcurrentHashMap<>();

    private record Labels(String view, String feature) {}

    private record Counters(Counter compared, Counter mismatched) {}

    public ParityMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.dropped = registry.counter(DROPPED);
    }

    @Override
    public void compared(String view, String feature, boolean same) {
        Counters counters = byFeature.computeIfAbsent(
                new Labels(view, feature),
                labels -> new Counters(
                        registry.counter(COMPARED, "view", labels.view(), "feature", labels.feature()),
                        registry.counter(MISMATCHED, "view", labels.view(), "feature", labels.feature())));
        counters.compared().increment();
        if (!same) {
            counters.mismatched().increment();
        }
    }

    @Override
    public void dropped() {
        dropped.increment();
    }
}
