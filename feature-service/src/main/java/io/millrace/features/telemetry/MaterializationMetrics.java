package io.millrace.features.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.features.app.batch.MaterializationMeter;
import io.millrace.features.kernel.ViewId;
import io.millrace.jobs.Job.State;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What materialisations do. All counters are there from the start, so that the first failure is an increase. The label {@code view} is the name of a definition, as in
 * {@link ParityMetrics}: one view that is materialised every hour must not hide another that is not.
 */
@Singleton
public class MaterializationMetrics implements MaterializationMeter {
    /** Materialisations that run or wait for their turn now. */
    public static final String RUNNING = "millrace.features.materialization.running";
    /** Rows of batch sources that were dealt with, by {@code outcome}. */
    public static final String ROWS = "millrace.features.materialization.rows";
    /** Materialisations that ended, by {@code state}. */
    public static final String ENDED = "millrace.features.materialization.ended";
    /** Seconds since the newest materialisation of a {@code view} went through. */
    public static final String SUCCESS_AGE = "millrace.features.materialization.success.age";

    private final MeterRegistry registry;
    private final InstantSource clock;
    private final AtomicInteger running;
    private final Map<Outcome, Counter> rows = new EnumMap<>(Outcome.class);
    private final Map<State, Counter> ended = new EnumMap<>(State.class);
    private final Map<ViewId, Instant> successes = new ConcurrentHashMap<>();

    private enum Outcome {
        WRITTEN,
        REJECTED,
        PASSED_OVER
    }

    public MaterializationMetrics(MeterRegistry registry, InstantSource clock) {
        this.registry = registry;
        this.clock = clock;
        this.running = new AtomicInteger();
        Gauge.builder(RUNNING, running, AtomicInteger::get).register(registry);
        for (Outcome outcome : Outcome.values()) {
            rows.put(outcome, registry.counter(ROWS, "outcome", label(outcome)));
        }
        for (State state : State.values()) {
            if (state.isFinal()) {
                ended.put(state, registry.counter(ENDED, "state", label(state)));
            }
        }
    }

    @Override
    public void running(int jobs) {
        running.set(jobs);
    }

    @Override
    public void dealtWith(long written, long rejected, long passedOver) {
        count(rows.get(Outcome.WRITTEN), written);
        count(rows.get(Outcome.REJECTED), rejected);
        count(rows.get(Outcome.PASSED_OVER), passedOver);
    }

    @Override
    public void ended(State how) {
        count(ended.get(how), 1);
    }

    @Override
    public void succeeded(ViewId view, Instant at) {
        if (successes.put(view, at) == null) {
            Gauge.builder(SUCCESS_AGE, successes, known -> age(known.getOrDefault(view, at)))
                    .tag("view", view.toString())
                    .baseUnit("seconds")
                    .register(registry);
        }
    }

    private double age(Instant success) {
        return Duration.between(success, clock.instant()).toMillis() / 1_000.0;
    }

    private static void count(@Nullable Counter counter, long amount) {
        if (counter != null) {
            counter.increment(amount);
        }
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
