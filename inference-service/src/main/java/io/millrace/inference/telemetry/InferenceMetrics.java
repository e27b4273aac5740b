package io.millrace.inference.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.millrace.inference.app.InferenceReason;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/** Everything that inference-service measures. Labels are constants of enums, never names that a caller chooses. */
@ApplicationScoped
public class InferenceMetrics {
    public static final String LOOKUP_DURATION = "millrace.inference.lookup.duration";
    public static final String LOOKUP_RETRIES = "millrace.inference.lookup.retries";
    public static final String LOOKUP_FAILURES = "millrace.inference.lookup.failures";
    public static final String SHED = "millrace.inference.shed";
    public static final String SCORE_DURATION = "millrace.inference.score.duration";
    public static final String SCORED_ROWS = "millrace.inference.scored.rows";
    public static final String INVALID_ROWS = "millrace.inference.invalid.rows";
    public static final String MODEL_DURATION = "millrace.inference.model.duration";
    public static final String MODELS_LOADED = "millrace.inference.models.loaded";
    public static final String MODELS_REFUSED = "millrace.inference.models.refused";
    public static final String STREAM_PREDICTIONS = "millrace.inference.stream.predictions";
    public static final String STREAM_DEAD_LETTERS = "millrace.inference.stream.dead.letters";
    public static final String STREAM_BATCH = "millrace.inference.stream.batch.records";
    public static final String STREAM_LATENCY = "millrace.inference.stream.latency";
    public static final String STREAM_LAG = "millrace.inference.stream.lag";
    public static final String STREAM_ABORTS = "millrace.inference.stream.transaction.aborts";
    public static final String STREAMS_STALLED = "millrace.inference.streams.stalled";
    public static final String EVENTS_WRITTEN = "millrace.inference.events.written";
    public static final String EVENTS_DROPPED = "millrace.inference.events.dropped";
    public static final String CONTRACT_VIOLATIONS = "millrace.inference.contract.violations";

    private final MeterRegistry registry;
    private final Timer lookups;
    private final Timer scores;
    private final Timer runs;
    private final Counter retries;
    private final Counter scoredRows;
    private final Counter shed;
    private final Map<InferenceReason, Counter> lookupFailures;
    private final Map<InferenceReason, Counter> invalidRows;

    public InferenceMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.lookups = timer(LOOKUP_DURATION, "One look-up at feature-service, retries included");
        this.scores = timer(SCORE_DURATION, "One batch: look-up, mapping and the model's run");
        this.runs = timer(MODEL_DURATION, "One run of the engine");
        this.retries = counter(LOOKUP_RETRIES, "Look-ups that were tried again");
        this.shed = counter(SHED, "Calls that were refused at the door because of overload");
        this.scoredRows = counter(SCORED_ROWS, "Rows with a prediction");
        this.lookupFailures = counters(LOOKUP_FAILURES, "Look-ups that gave no answer");
        this.invalidRows = counters(INVALID_ROWS, "Rows that cannot be scored");
    }

    /** The registry, for gauges that belong to a component's own state. */
    public MeterRegistry registry() {
        return registry;
    }

    /** Versions that are loaded, and versions that are refused as they are on disk. */
    public void models(Supplier<Number> loaded, Supplier<Number> refused) {
        Gauge.builder(MODELS_LOADED, loaded)
                .description("Model versions in memory")
                .register(registry);
        Gauge.builder(MODELS_REFUSED, refused)
                .description("Model versions that are refused on disk, those included whose former files go on serving")
                .register(registry);
    }

    public void lookedUp(Duration took) {
        lookups.record(took);
    }

    public void lookupRetried() {
        retries.increment();
    }

    public void lookupFailed(InferenceReason reason) {
        count(lookupFailures, reason);
    }

    public void scored(Duration took, long rows) {
        scores.record(took);
        scoredRows.increment(rows);
    }

    /** A call was refused before anything was done for it. */
    public void shed() {
        shed.increment();
    }

    public void invalid(InferenceReason reason) {
        count(invalidRows, reason);
    }

    public void ran(Duration took) {
        runs.record(took);
    }

    private Timer timer(String name, String what) {
        return Timer.builder(name)
                .description(what)
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofNanos(50_000))
                .maximumExpectedValue(Duration.ofSeconds(30))
                .register(registry);
    }

    private Counter counter(String name, String what) {
        return Counter.builder(name).description(what).register(registry);
    }

    private Map<InferenceReason, Counter> counters(String name, String what) {
        var counters = new EnumMap<InferenceReason, Counter>(InferenceReason.class);
        for (InferenceReason reason : InferenceReason.values()) {
            counters.put(
                    reason,
                    Counter.builder(name)
                            .description(what)
                            .tag("reason", reason.name())
                            .register(registry));
        }
        return counters;
    }

    private static void count(Map<InferenceReason, Counter> counters, InferenceReason reason) {
        Counter counter = counters.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }
}
