package io.millrace.features.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.features.app.IngestionReport;
import io.millrace.features.kernel.ViewId;
import io.millrace.gate.Reason;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;

/** All metrics of this service. Labels are constants of enums; a view's own figures are in ListFeatureViews. */
@ApplicationScoped
public class FeatureMetrics {
    /** Seconds from a read's arrival to its answer, by {@code outcome}. */
    public static final String READ_DURATION = "millrace.features.read.duration";
    /** Rows of a read. */
    public static final String READ_ROWS = "millrace.features.read.rows";
    /** Reads that were refused, by {@code reason}. */
    public static final String READ_REFUSED = "millrace.features.read.refused";
    /** Values of answers that were null because there was more than their states hold: sums beyond 64 bits, more categories than were declared. */
    public static final String READ_OVERFLOWED = "millrace.features.read.overflowed";
    /** Reads that wait for completeness or for the store now. */
    public static final String READ_WAITING = "millrace.features.read.waiting";
    /** Events that changed features. */
    public static final String APPLIED = "millrace.features.ingestion.applied";
    /** Events that had been applied before and changed nothing. */
    public static final String SEEN = "millrace.features.ingestion.seen";
    /** Events older than anything a view still shows. */
    public static final String TOO_LATE = "millrace.features.ingestion.too.late";
    /** Records that went to a dead-letter topic, by {@code reason}. */
    public static final String DEAD_LETTERED = "millrace.features.ingestion.dead.lettered";
    /** Failures after which a view began again at its last position, by {@code state}. */
    public static final String RETRIES = "millrace.features.ingestion.retries";
    /** View versions by the {@code state} of their ingestion. */
    public static final String VIEWS = "millrace.features.ingestion.views";
    /** The largest lag of a view version, in records. */
    public static final String LAG_MAX = "millrace.features.ingestion.lag.max";
    /** Bytes of the embedded online store's files, without the log of the changes that are still in memory. */
    public static final String STORE_FILE_BYTES = "millrace.features.store.file.bytes";
    /** Event time of the newest event applied to a {@code view}, seconds since the epoch: what is asked now is so much older than now. */
    public static final String NEWEST_EVENT_TIME = "millrace.features.ingestion.newest.event.time";
    /** The largest lag of a vector index, in records. */
    public static final String VECTOR_LAG_MAX = "millrace.features.vectors.lag.max";
    /** Rows taken by push. */
    public static final String PUSHED = "millrace.features.push.rows";
    /** Streams of pushes that are open now. */
    public static final String PUSH_STREAMS = "millrace.features.push.streams";

    /** Writes over Feast's interfaces that were refused, by {@code reason}. */
    public static final String FEAST_WRITE_REFUSED = "millrace.features.feast.write.refused";

    private final MeterRegistry registry;
    private final Map<Completeness, Timer> reads = new EnumMap<>(Completeness.class);
    private final DistributionSummary readRows;
    private final Counter applied;
    private final Counter seen;
    private final Counter tooLate;
    private final Counter pushed;
    private final Map<Labelled, Counter> byLabel = new ConcurrentHashMap<>();
    private final Map<ViewId, Newest> newest = new ConcurrentHashMap<>();

    /** A view's gauge, and what it shows. */
    private record Newest(Gauge gauge, AtomicLong micros) {}

    /** A counter by one label. */
    private record Labelled(String name, Enum<?> label) {}

    /** What became of the completeness that a read asked for. */
    public enum Completeness {
        NOT_ASKED,
        REACHED,
        NOT_REACHED
    }

    public FeatureMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (Completeness completeness : Completeness.values()) {
            reads.put(
                    completeness,
                    Timer.builder(READ_DURATION)
                            .tag("complete", label(completeness))
                            .publishPercentileHistogram()
                            .minimumExpectedValue(Duration.ofNanos(50_000))
                            .maximumExpectedValue(Duration.ofSeconds(10))
                            .register(registry));
        }
        readRows = DistributionSummary.builder(READ_ROWS).register(registry);
        applied = registry.counter(APPLIED);
        seen = registry.counter(SEEN);
        tooLate = registry.counter(TOO_LATE);
        pushed = registry.counter(PUSHED);
    }

    public void read(Completeness completeness, int rows, long nanos) {
        Timer timer = reads.get(completeness);
        if (timer != null) {
            timer.record(Duration.ofNanos(nanos));
        }
        readRows.record(rows);
    }

    public void refused(Reason reason) {
        if (reason instanceof Enum<?> constant) {
            counted(READ_REFUSED, "reason", constant).increment();
        }
    }

    public void writeRefused(Reason reason) {
        if (reason instanceof Enum<?> constant) {
            counted(FEAST_WRITE_REFUSED, "reason", constant).increment();
        }
    }

    public void applied(int appliedEvents, int seenEvents, int tooLateEvents) {
        applied.increment(appliedEvents);
        seen.increment(seenEvents);
        tooLate.increment(tooLateEvents);
    }

    public void deadLettered(Enum<?> reason) {
        counted(DEAD_LETTERED, "reason", reason).increment();
    }

    public void retried(IngestionReport.State state) {
        counted(RETRIES, "state", state).increment();
    }

    public void pushed(int rows) {
        pushed.increment(rows);
    }

    /** {@link #NEWEST_EVENT_TIME} of a view; its name is that of a definition, as in {@link ParityMetrics}. */
    public void newest(ViewId view, long micros) {
        newest.computeIfAbsent(view, this::newest).micros().set(micros);
    }

    /** A view that is no longer followed here has no {@link #NEWEST_EVENT_TIME}. */
    public void forget(ViewId view) {
        Newest known = newest.remove(view);
        if (known != null) {
            registry.remove(known.gauge());
        }
    }

    private Newest newest(ViewId view) {
        var micros = new AtomicLong();
        return new Newest(
                Gauge.builder(NEWEST_EVENT_TIME, micros, time -> time.get() / 1e6)
                        .tag("view", view.toString())
                        .baseUnit("seconds")
                        .strongReference(true)
                        .register(registry),
                micros);
    }

    /** A gauge that asks {@code source} each time it is read; it is held weakly. */
    public <T> void gauge(String name, T source, ToDoubleFunction<T> value) {
        Gauge.builder(name, source, value).register(registry);
    }

    /** A count that {@code source} keeps; it is held weakly. */
    public <T> void count(String name, T source, ToDoubleFunction<T> count) {
        FunctionCounter.builder(name, source, count).register(registry);
    }

    /** {@link #VIEWS}, one gauge per state. */
    public <T> void views(T source, ViewsInState<T> count) {
        for (IngestionReport.State state : IngestionReport.State.values()) {
            Gauge.builder(VIEWS, source, from -> count.in(from, state))
                    .tag("state", label(state))
                    .register(registry);
        }
    }

    /** How many views are in a state. */
    @FunctionalInterface
    public interface ViewsInState<T> {
        double in(T source, IngestionReport.State state);
    }

    private Counter counted(String name, String tag, Enum<?> constant) {
        return byLabel.computeIfAbsent(new Labelled(name, constant), _ -> registry.counter(name, tag, label(constant)));
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
