package io.millrace.inference.app.explain;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.experiment.ExperimentReport;
import io.millrace.inference.app.experiment.Experiments;
import io.millrace.inference.app.label.Labels;
import io.millrace.inference.app.label.Quality;
import io.millrace.inference.app.label.Quality.Measures;
import io.millrace.inference.app.label.SlicesFold.ErrorSlice;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.explain.ModelCard;
import io.millrace.inference.domain.label.LabelStream;
import io.millrace.inference.domain.label.LabelStream.Task;
import io.millrace.models.kernel.evidence.Evidence.Gain;
import io.millrace.models.kernel.measure.ClassificationMeasures;
import io.millrace.models.kernel.measure.Estimate;
import io.millrace.models.kernel.measure.RegressionMeasures;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** What labels say of a version, as far as this replica reads them, and what experiments came to with it. */
@ApplicationScoped
public class CardEvidence implements CardSource {
    private static final double CONFIDENCE = 0.95;

    /** Of the normal distribution, so that 95 % lie within so many standard errors. */
    private static final double ERRORS = 1.959963984540054;

    private final Labels labels;
    private final Experiments experiments;

    public CardEvidence(Labels labels, Experiments experiments) {
        this.labels = labels;
        this.experiments = experiments;
    }

    @Override
    public List<ModelCard.Metric> metrics(ModelIdentity model) {
        return known(
                () -> labels.list().stream()
                        .filter(summary -> summary.status().owned())
                        .flatMap(summary -> known(() -> metrics(
                                        summary.labels().name(),
                                        labels.quality(summary.labels().name()),
                                        model))
                                .stream())
                        .toList());
    }

    @Override
    public List<ModelCard.Slice> slices(ModelIdentity model) {
        return known(() -> labels.list().stream()
                .filter(summary -> summary.status().owned())
                .flatMap(summary -> known(() -> slices(
                                summary.labels(),
                                labels.slices(summary.labels().name(), model.name(), model.version())))
                        .stream())
                .toList());
    }

    @Override
    public List<ModelCard.Promotion> promotions(ModelIdentity model) {
        return known(() -> experiments.list().stream()
                .flatMap(standing -> standing.ended().stream())
                .flatMap(report -> promotions(report, model).stream())
                .toList());
    }

    /** What is not known at the moment, or on this replica, is left out: a card says what it has. */
    private static <T> List<T> known(Supplier<List<T>> asked) {
        try {
            return asked.get();
        } catch (Refusal refusal) {
            if (refusal.reason() == InferenceReason.DEFINITIONS_UNAVAILABLE
                    || refusal.reason() == InferenceReason.LABELS_NOT_FOUND
                    || refusal.reason() == InferenceReason.LABELS_ELSEWHERE) {
                return List.of();
            }
            throw refusal;
        }
    }

    /** Of each window what was measured of the version's predictions, those as a shadow apart. */
    static List<ModelCard.Metric> metrics(String labels, Quality quality, ModelIdentity model) {
        var metrics = new ArrayList<ModelCard.Metric>();
        for (Quality.Version version : quality.versions()) {
            if (!version.model().equals(model.name()) || !version.version().equals(model.version())) {
                continue;
            }
            for (Quality.Window window : version.windows()) {
                String over = window.name() + " of labels " + labels
                        + (version.shadow().isEmpty() ? "" : ", as shadow " + version.shadow());
                switch (window.measures()) {
                    case Measures.OfClasses(double threshold, ClassificationMeasures all) -> {
                        add(metrics, "log loss", over, all.logLoss(), all.rows());
                        add(metrics, "Brier score", over, all.brier(), all.rows());
                        add(metrics, "AUC", over, all.auc(), all.rows());
                        Estimate precision = new Estimate(all.confusion().precision(), Double.NaN);
                        add(metrics, "precision at " + threshold, over, precision, all.rows());
                        Estimate recall = new Estimate(all.confusion().recall(), Double.NaN);
                        add(metrics, "recall at " + threshold, over, recall, all.rows());
                    }
                    case Measures.OfNumbers(double quantile, RegressionMeasures all) -> {
                        add(metrics, "mean absolute error", over, all.meanAbsoluteError(), all.rows());
                        add(metrics, "bias", over, all.bias(), all.rows());
                        add(metrics, "pinball loss at " + quantile, over, all.pinball(), all.rows());
                    }
                }
            }
        }
        return metrics;
    }

    /** What it errs more of, with what it errs there. */
    static List<ModelCard.Slice> slices(LabelStream labels, List<ErrorSlice> slices) {
        return slices.stream()
                .map(slice -> new ModelCard.Slice(
                        String.join(" and ", slice.conditions()),
                        metric(
                                labels.task() instanceof Task.Classification ? "log loss" : "mean absolute error",
                                "the latest " + slice.of() + " of labels " + labels.name(),
                                new Estimate(slice.error(), slice.standardError()),
                                slice.rows())))
                .toList();
    }

    private static void add(List<ModelCard.Metric> metrics, String name, String window, Estimate estimate, long rows) {
        if (!Double.isNaN(estimate.value())) {
            metrics.add(metric(name, window, estimate, rows));
        }
    }

    private static ModelCard.Metric metric(String name, String window, Estimate estimate, long rows) {
        double half = ERRORS * estimate.standardError();
        return new ModelCard.Metric(
                name, window, estimate.value(), estimate.value() - half, estimate.value() + half, CONFIDENCE, rows);
    }

    /** What was decided in an experiment of which the version scored rows. */
    static List<ModelCard.Promotion> promotions(ExperimentReport report, ModelIdentity model) {
        return report.settled().stream()
                .flatMap(settled -> report.data().versions().stream()
                        .filter(version -> version.model().equals(model.name())
                                && version.version().equals(model.version()))
                        .map(version -> new ModelCard.Promotion(
                                Instant.EPOCH
                                        .plus(settled.micros(), ChronoUnit.MICROS)
                                        .toString(),
                                report.deployment(),
                                "as " + version.arm() + ", in " + report.challenger() + " against " + report.champion()
                                        + ": "
                                        + settled.action()
                                                .name()
                                                .toLowerCase(Locale.ROOT)
                                                .replace('_', '-'),
                                settled.who(),
                                text(report.evidence().objective(), report))))
                .toList();
    }

    private static String text(Gain gain, ExperimentReport report) {
        return String.format(
                Locale.ROOT,
                "%s better by %.4g, between %.4g and %.4g, on %d and %d rows, alpha %.3g",
                gain.outcome(),
                gain.estimate(),
                gain.lower(),
                gain.upper(),
                report.evidence().championRows(),
                report.evidence().challengerRows(),
                report.alpha());
    }
}
