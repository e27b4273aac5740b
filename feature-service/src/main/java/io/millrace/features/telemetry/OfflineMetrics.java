package io.millrace.features.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.features.app.IngestionReport;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The metrics of the offline store. */
@ApplicationScoped
public class OfflineMetrics {
    /** Rows written for training. */
    public static final String ROWS = "millrace.features.offline.rows";
    /** Seconds from the first row of a batch being written to the manifest that names it. */
    public static final String WRITE_DURATION = "millrace.features.offline.write.duration";
    /** Failures after which a view's feed began again at its last position, by {@code state}. */
    public static final String RETRIES = "millrace.features.offline.retries";
    /** View versions by the {@code state} of their feed. */
    public static final String FEEDS = "millrace.features.offline.feeds";
    /** The largest number of records of a view version that are not in the offline store yet. */
    public static final String LAG_MAX = "millrace.features.offline.lag.max";
    /** Files that were merged into others. */
    public static final String COMPACTED = "millrace.features.offline.compacted.files";
    /** Files that were removed because no manifest names them any more. */
    public static final String REMOVED = "millrace.features.offline.removed.files";

    private final MeterRegistry registry;
    private final Counter rows;
    private final Timer writes;
    private final Counter compacted;
    private final Counter removed;

    public OfflineMetrics(MeterRegistry registry) {
        this.registry = registry;
        rows = registry.counter(ROWS);
        compacted = registry.counter(COMPACTED);
        removed = registry.counter(REMOVED);
        writes = Timer.builder(WRITE_DURATION).publishPercentileHistogram().register(registry);
    }

    public void written(int count, long nanos) {
        rows.increment(count);
        writes.record(Duration.ofNanos(nanos));
    }

    public void housekept(int compactedFiles, int removedFiles) {
        compacted.increment(compactedFiles);
        removed.increment(removedFiles);
    }

    public void retried(IngestionReport.State state) {
        registry.counter(RETRIES, "state", label(state)).increment();
    }

    /** A gauge that asks {@code source} each time it is read; it is held weakly. */
    public <T> void gauge(String name, T source, ToDoubleFunction<T> value) {
        Gauge.builder(name, source, value).register(registry);
    }

    /** {@link #FEEDS}, one gauge per state. */
    public <T> void feeds(T source, FeatureMetrics.ViewsInState<T> count) {
        for (IngestionReport.State state : IngestionReport.State.values()) {
            Gauge.builder(FEEDS, source, from -> count.in(from, state))
                    .tag("state", label(state))
                    .register(registry);
        }
    }

    private static String label(IngestionReport.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
