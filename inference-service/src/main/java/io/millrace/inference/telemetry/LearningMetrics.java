package io.millrace.inference.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.millrace.inference.app.learn.LearnResult;
import io.millrace.inference.app.learn.LearnerStatus;
import io.millrace.inference.app.learn.LearningTelemetry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The metrics of online models. Labels are names of definitions that are applied, of which there is a bounded number. Only the replica that feeds a model shows more than zeros. */
@ApplicationScoped
public class LearningMetrics implements LearningTelemetry {
    public static final String LABELS = "millrace.inference.learning.labels";
    public static final String FROZEN = "millrace.inference.learning.frozen";
    public static final String LOSS = "millrace.inference.learning.loss";
    public static final String RECENT_LOSS = "millrace.inference.learning.recent.loss";
    public static final String DRIFTS = "millrace.inference.learning.drifts";
    public static final String UNPUBLISHED = "millrace.inference.learning.unpublished";
    public static final String SNAPSHOTS = "millrace.inference.learning.snapshots";

    private final MeterRegistry registry;
    private final Map<String, Shown> shown = new ConcurrentHashMap<>();

    /** Meters hold what they ask weakly: it is kept here. */
    private record Shown(Supplier<Optional<LearnerStatus>> status, List<Meter> meters) {}

    public LearningMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void watch(String model, Supplier<Optional<LearnerStatus>> status) {
        shown.computeIfAbsent(model, _ -> new Shown(status, made(model, status)));
    }

    private List<Meter> made(String model, Supplier<Optional<LearnerStatus>> status) {
        Tags tags = Tags.of("model", model);
        var made = new ArrayList<Meter>();
        for (LearnResult result : LearnResult.values()) {
            made.add(FunctionCounter.builder(LABELS, status, of(each -> each.of(result), 0))
                    .description("Labelled predictions that an online model took, by what came of them")
                    .tags(tags.and("result", result.word()))
                    .register(registry));
        }
        made.add(FunctionCounter.builder(DRIFTS, status, of(LearnerStatus::drifts, 0))
                .description("Times that the error of an online model was found to have changed")
                .tags(tags)
                .register(registry));
        made.add(gauge(
                FROZEN,
                "1 while an online model learns nothing, after labels that looked bad",
                tags,
                status,
                each -> each.freeze().isPresent() ? 1 : 0,
                0));
        made.add(gauge(
                LOSS,
                "Mean square of how far predictions were off before their labels were learned, since the first",
                tags,
                status,
                LearnerStatus::meanSquaredError,
                Double.NaN));
        made.add(gauge(
                RECENT_LOSS,
                "Mean loss, 0 to 1, over the labels that ADWIN takes as of one law",
                tags,
                status,
                LearnerStatus::recentLoss,
                Double.NaN));
        made.add(gauge(
                UNPUBLISHED,
                "Labels that an online model learned since its last version",
                tags,
                status,
                LearnerStatus::sinceVersion,
                0));
        return List.copyOf(made);
    }

    @Override
    public void forget(String model) {
        Shown gone = shown.remove(model);
        if (gone != null) {
            gone.meters().forEach(registry::remove);
        }
    }

    @Override
    public void published(String model) {
        snapshots(model, "published").increment();
    }

    @Override
    public void failed(String model) {
        snapshots(model, "failed").increment();
    }

    private Counter snapshots(String model, String result) {
        return Counter.builder(SNAPSHOTS)
                .description("Versions that were made of what online models learned, and tries that failed")
                .tags("model", model, "result", result)
                .register(registry);
    }

    private Gauge gauge(
            String name,
            String what,
            Tags tags,
            Supplier<Optional<LearnerStatus>> status,
            ToDoubleFunction<LearnerStatus> value,
            double otherwise) {
        return Gauge.builder(name, status, of(value, otherwise))
                .description(what)
                .tags(tags)
                .register(registry);
    }

    private static ToDoubleFunction<Supplier<Optional<LearnerStatus>>> of(
            ToDoubleFunction<LearnerStatus> value, double otherwise) {
        return status -> status.get().map(value::applyAsDouble).orElse(otherwise);
    }
}
