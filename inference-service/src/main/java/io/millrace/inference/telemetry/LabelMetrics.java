package io.millrace.inference.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.millrace.inference.app.label.LabelTelemetry;
import io.millrace.inference.app.label.Quality;
import io.millrace.inference.domain.label.LeftOut;
import io.millrace.inference.domain.label.Outcome;
import io.millrace.models.kernel.measure.ClassificationMeasures;
import io.millrace.models.kernel.measure.LabelCoverage;
import io.millrace.models.kernel.measure.RegressionMeasures;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The metrics of label streams. */
@ApplicationScoped
public class LabelMetrics implements LabelTelemetry {
    public static final String OUTCOMES = "millrace.inference.labels.outcomes";
    public static final String LEFT_OUT = "millrace.inference.labels.left.out";
    public static final String WAITING = "millrace.inference.labels.waiting";
    public static final String LAG = "millrace.inference.labels.lag";
    public static final String QUALITY = "millrace.inference.quality";
    public static final String COVERAGE = "millrace.inference.quality.coverage";
    public static final String LABEL_AGE = "millrace.inference.quality.label.age";
    public static final String FOLDED = "millrace.inference.outcomes.folded";
    public static final String FOLD_FAILURES = "millrace.inference.outcomes.fold.failures";
    public static final String KEEP_FAILURES = "millrace.inference.outcomes.keep.failures";

    private final MeterRegistry registry;
    private final MultiGauge quality;
    private final MultiGauge coverage;
    private final MultiGauge age;
    private final Map<String, Quality> qualities = new TreeMap<>();
    private final Map<String, Waiting> gauges = new ConcurrentHashMap<>();

    public LabelMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.quality = MultiGauge.builder(QUALITY)
                .description("How good predictions are by their labels, by model version and window; NaN without rows")
                .register(registry);
        this.coverage = MultiGauge.builder(COVERAGE)
                .description("Share of the predictions of a window that have their label")
                .register(registry);
        this.age = MultiGauge.builder(LABEL_AGE)
                .description("How long after its prediction half of the labels of a window came at most")
                .baseUnit("seconds")
                .register(registry);
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

    @Override
    public void joined(String labels, List<Outcome> outcomes, Map<LeftOut, Integer> leftOut) {
        var counts = new EnumMap<Kind, Integer>(Kind.class);
        outcomes.forEach(outcome -> counts.merge(Kind.of(outcome), 1, Integer::sum));
        counts.forEach((kind, count) -> Counter.builder(OUTCOMES)
                .description("What became known of predictions")
                .tag("labels", labels)
                .tag("outcome", word(kind))
                .register(registry)
                .increment(count));
        leftOut.forEach((reason, count) -> Counter.builder(LEFT_OUT)
                .description("Labels and predictions that became no outcome, by reason")
                .tag("labels", labels)
                .tag("reason", word(reason))
                .register(registry)
                .increment(count));
    }

    @Override
    public void waiting(String labels, int predictions, int waitingLabels, long behind) {
        gauges.computeIfAbsent(labels, this::watched).set(predictions, waitingLabels, behind);
    }

    @Override
    public synchronized void quality(String labels, Quality quality) {
        qualities.put(labels, quality);
        show();
    }

    @Override
    public synchronized void released(String labels) {
        if (qualities.remove(labels) != null) {
            show();
        }
    }

    private void show() {
        var measures = new ArrayList<MultiGauge.Row<?>>();
        var coverages = new ArrayList<MultiGauge.Row<?>>();
        var ages = new ArrayList<MultiGauge.Row<?>>();
        qualities.forEach((labels, quality) -> {
            for (Quality.Version version : quality.versions()) {
                for (Quality.Window window : version.windows()) {
                    Tags tags = Tags.of(
                            "labels", labels,
                            "model", version.model(),
                            "version", version.version(),
                            "shadow", version.shadow(),
                            "window", window.name());
                    LabelCoverage coverage = window.measures().coverage();
                    coverages.add(MultiGauge.Row.of(tags, coverage.share()));
                    ages.add(MultiGauge.Row.of(tags, coverage.medianAgeMicros() / 1e6));
                    measures(window.measures())
                            .forEach((measure, value) ->
                                    measures.add(MultiGauge.Row.of(tags.and("measure", measure), value)));
                }
            }
        });
        quality.register(measures, true);
        coverage.register(coverages, true);
        age.register(ages, true);
    }

    private static Map<String, Double> measures(Quality.Measures measures) {
        return switch (measures) {
            case Quality.Measures.OfClasses(double _, ClassificationMeasures all) ->
                Map.of(
                        "log-loss", all.logLoss().value(),
                        "brier", all.brier().value(),
                        "auc", all.auc().value(),
                        "calibration-error", all.calibrationError(),
                        "precision", all.confusion().precision(),
                        "recall", all.confusion().recall());
            case Quality.Measures.OfNumbers(double _, RegressionMeasures all) ->
                Map.of(
                        "mae", all.meanAbsoluteError().value(),
                        "rmse", all.rootMeanSquaredError(),
                        "bias", all.bias().value(),
                        "pinball", all.pinball().value());
        };
    }

    private Waiting watched(String labels) {
        var waiting = new Waiting();
        Gauge.builder(WAITING, waiting, now -> now.predictions)
                .description("Predictions that are remembered, and labels that wait for theirs")
                .tag("labels", labels)
                .tag("what", "predictions")
                .register(registry);
        Gauge.builder(WAITING, waiting, now -> now.labels)
                .description("Predictions that are remembered, and labels that wait for theirs")
                .tag("labels", labels)
                .tag("what", "labels")
                .register(registry);
        Gauge.builder(LAG, waiting, now -> Math.max(0, now.behind))
                .description("Records of predictions and labels that are not joined yet")
                .tag("labels", labels)
                .register(registry);
        return waiting;
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private enum Kind {
        PREDICTED,
        LABELLED,
        UNLABELLED;

        static Kind of(Outcome outcome) {
            return switch (outcome) {
                case Outcome.Predicted _ -> PREDICTED;
                case Outcome.Labelled _ -> LABELLED;
                case Outcome.Unlabelled _ -> UNLABELLED;
            };
        }
    }

    /** What waits now. */
    private static final class Waiting {
        private volatile int predictions;
        private volatile int labels;
        private volatile long behind;

        void set(int waitingPredictions, int waitingLabels, long lag) {
            predictions = waitingPredictions;
            labels = waitingLabels;
            behind = lag;
        }
    }

    private Counter counter(String name, String help, String labels) {
        return Counter.builder(name).description(help).tag("labels", labels).register(registry);
    }
}
