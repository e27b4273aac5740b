package io.millrace.inference.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.millrace.inference.app.watch.WatchTelemetry;
import io.millrace.inference.domain.watch.DriftReport;
import io.millrace.inference.domain.watch.DriftReport.Incident;
import io.millrace.inference.domain.watch.DriftReport.Measure;
import io.millrace.inference.domain.watch.DriftReport.Quantile;
import io.millrace.inference.domain.watch.DriftReport.VersionDrift;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What watches find, shown by the replica that watches. Labels are pipelines, their models' versions and the columns of references, of which there is a bounded number. */
@Singleton
public class WatchMetrics implements WatchTelemetry {
    public static final String ROWS = "millrace.inference.watch.rows";
    public static final String EVENTS = "millrace.inference.drift.events";
    public static final String OPEN = "millrace.inference.drift.open";
    public static final String PSI = "millrace.inference.drift.psi";
    public static final String JENSEN_SHANNON = "millrace.inference.drift.jensen.shannon";
    public static final String MISSING = "millrace.inference.drift.missing";
    public static final String IMPUTED = "millrace.inference.drift.imputed";
    public static final String NEW = "millrace.inference.drift.new.categories";
    public static final String KS = "millrace.inference.drift.ks";
    public static final String AUC = "millrace.inference.drift.auc";
    public static final String SCORE = "millrace.inference.drift.score";
    public static final String ERROR = "millrace.inference.drift.error";

    private final MeterRegistry registry;
    private final Map<String, DriftReport> reports = new ConcurrentSkipListMap<>();
    private final Map<String, Tags> errorTags = new ConcurrentSkipListMap<>();
    private final Map<String, Double> errors = new ConcurrentSkipListMap<>();
    private final MultiGauge open;
    private final MultiGauge psi;
    private final MultiGauge jensenShannon;
    private final MultiGauge missing;
    private final MultiGauge imputed;
    private final MultiGauge newCategories;
    private final MultiGauge ks;
    private final MultiGauge auc;
    private final MultiGauge score;
    private final MultiGauge error;

    public WatchMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.open = gauge(OPEN, "1 while something of the version's predictions has moved and has not come back");
        this.psi = gauge(PSI, "Population stability index of a feature or of the predictions");
        this.jensenShannon =
                gauge(JENSEN_SHANNON, "Jensen-Shannon divergence of a feature or of the predictions, in bits");
        this.missing = gauge(MISSING, "Share of the rows without a value");
        this.imputed = gauge(IMPUTED, "Share of the rows for which another value stood in");
        this.newCategories = gauge(NEW, "Share of the rows with a category that the reference does not know");
        this.ks = gauge(KS, "Largest distance of the distribution functions");
        this.auc = gauge(
                AUC, "How well a classifier tells rows of now from those of the reference: 0.5 where nothing moved");
        this.score = gauge(SCORE, "The number below which a share of the predictions lies");
        this.error = gauge(ERROR, "Mean error of a version since it last changed");
    }

    private MultiGauge gauge(String name, String what) {
        return MultiGauge.builder(name).description(what).register(registry);
    }

    @Override
    public void watched(String pipeline, int predictions) {
        if (predictions > 0) {
            Counter.builder(ROWS)
                    .description("Predictions that were taken in by watches")
                    .tag("pipeline", pipeline)
                    .register(registry)
                    .increment(predictions);
        }
    }

    @Override
    public void told(String pipeline, String type) {
        Counter.builder(EVENTS)
                .description("Events that were raised because something moved or came back")
                .tag("pipeline", pipeline)
                .tag("type", type.substring(type.lastIndexOf('.') + 1))
                .register(registry)
                .increment();
    }

    @Override
    public synchronized void reported(DriftReport report) {
        reports.put(report.pipeline(), report);
        show();
    }

    @Override
    public synchronized void forget(String pipeline) {
        if (reports.remove(pipeline) != null) {
            show();
        }
    }

    @Override
    public synchronized void erring(String labels, String model, String version, double mean) {
        String key = labels + "/" + model + "/" + version;
        errorTags.put(key, Tags.of("labels", labels, "model", model, "version", version));
        errors.put(key, mean);
        var rows = new ArrayList<MultiGauge.Row<?>>();
        errors.forEach((each, value) -> rows.add(row(errorTags.getOrDefault(each, Tags.empty()), value)));
        error.register(rows, true);
    }

    private void show() {
        open.register(
                versions((report, version) -> {
                    Incident incident = version.incident();
                    return List.of(row(tags(report, version), incident != null && incident.ended() == null ? 1 : 0));
                }),
                true);
        psi.register(measures(Measure::psi), true);
        jensenShannon.register(measures(Measure::jensenShannon), true);
        missing.register(measures(Measure::missing), true);
        imputed.register(measures(Measure::imputed), true);
        newCategories.register(measures(Measure::newShare), true);
        ks.register(measures(Measure::ks), true);
        auc.register(
                versions((report, version) -> version.joint() == null
                        ? List.of()
                        : List.of(row(tags(report, version), version.joint().auc()))),
                true);
        score.register(versions(WatchMetrics::quantiles), true);
    }

    private static List<MultiGauge.Row<?>> quantiles(DriftReport report, VersionDrift version) {
        var rows = new ArrayList<MultiGauge.Row<?>>();
        for (Quantile quantile : version.quantiles()) {
            rows.add(row(tags(report, version).and("share", Double.toString(quantile.share())), quantile.value()));
        }
        return rows;
    }

    private List<MultiGauge.Row<?>> measures(Function<Measure, @Nullable Double> value) {
        return versions((report, version) -> {
            var rows = new ArrayList<MultiGauge.Row<?>>();
            for (List<Measure> measures : List.of(version.features(), version.scores())) {
                for (Measure measure : measures) {
                    Double is = value.apply(measure);
                    if (is != null) {
                        rows.add(row(
                                tags(report, version).and("feature", measure.name(), "against", measure.against()),
                                is));
                    }
                }
            }
            return rows;
        });
    }

    /** What is shown of a version. */
    private interface Shown {
        List<MultiGauge.Row<?>> of(DriftReport report, VersionDrift version);
    }

    private List<MultiGauge.Row<?>> versions(Shown shown) {
        var rows = new ArrayList<MultiGauge.Row<?>>();
        reports.values()
                .forEach(report -> report.versions().forEach(version -> rows.addAll(shown.of(report, version))));
        return rows;
    }

    private static Tags tags(DriftReport report, VersionDrift version) {
        return Tags.of("pipeline", report.pipeline(), "model", version.model(), "version", version.version());
    }

    private static MultiGauge.Row<?> row(Tags tags, double value) {
        return MultiGauge.Row.of(tags, value);
    }
}
