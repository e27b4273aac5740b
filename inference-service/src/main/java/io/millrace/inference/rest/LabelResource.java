package io.millrace.inference.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.inference.app.label.Labels;
import io.millrace.inference.app.label.Quality;
import io.millrace.inference.app.label.Quality.Measures;
import io.millrace.models.kernel.measure.CalibrationPoint;
import io.millrace.models.kernel.measure.ClassificationMeasures;
import io.millrace.models.kernel.measure.LabelCoverage;
import io.millrace.models.kernel.measure.RegressionMeasures;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Labels over REST: listed, what they say of predictions, removed. They are applied with the pipelines. Refusals are RFC 9457 problems. */
@Path("/v1/labels")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class LabelResource {
    private final Labels labels;

    public LabelResource(Labels labels) {
        this.labels = labels;
    }

    @RegisterForReflection
    public record Listing(List<Summary> labels) {}

    /**
     * A label stream on the replica that answers.
     *
     * @param owned whether this replica reads it
     * @param reason why it does not go on; empty where it does
     * @param lag outcomes that nothing was made of yet; −1 where that is not known
     * @param folds what is made of the outcomes here
     */
    @RegisterForReflection
    public record Summary(
            String name,
            String pipeline,
            String topic,
            boolean owned,
            String reason,
            long lag,
            List<String> folds,
            String definition) {}

    /**
     * How good predictions were.
     *
     * @param asOf RFC 3339: the newest prediction's event time, at which the windows end
     * @param offset outcomes below it are in this
     */
    @RegisterForReflection
    public record QualityAnswer(
            String labels, @JsonProperty("as_of") String asOf, long offset, List<Version> versions) {}

    /** @param shadow null where its predictions were answered */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Version(
            String model, String version, @Nullable String shadow, List<Window> windows) {}

    /** One of {@code classification} and {@code regression} is there. */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Window(
            String window,
            Coverage coverage,
            @Nullable Classification classification,
            @Nullable Regression regression) {}

    /** Ages are seconds between a prediction and its label. */
    @RegisterForReflection
    public record Coverage(
            long predictions,
            long labels,
            @Nullable Double share,
            @JsonProperty("median_age_seconds") double medianAge,
            @JsonProperty("p95_age_seconds") double p95Age,
            @JsonProperty("longest_age_seconds") double longestAge) {}

    /** A measure that there are no rows for is null. */
    @RegisterForReflection
    public record Classification(
            long rows,
            long positives,
            long invalid,
            @JsonProperty("log_loss") @Nullable Double logLoss,
            @JsonProperty("log_loss_error") @Nullable Double logLossError,
            @Nullable Double brier,
            @JsonProperty("brier_error") @Nullable Double brierError,
            @Nullable Double auc,
            @JsonProperty("auc_error") @Nullable Double aucError,
            double threshold,
            @Nullable Double precision,
            @Nullable Double recall,
            @JsonProperty("true_positives") long truePositives,
            @JsonProperty("false_positives") long falsePositives,
            @JsonProperty("false_negatives") long falseNegatives,
            @JsonProperty("true_negatives") long trueNegatives,
            @JsonProperty("calibration_error") @Nullable Double calibrationError,
            List<Bin> calibration) {}

    /** A bin of the reliability curve: of the rows whose score lies in it, the mean score and the share that was positive. */
    @RegisterForReflection
    public record Bin(
            double from,
            double to,
            long rows,
            @JsonProperty("mean_score") @Nullable Double meanScore,
            @JsonProperty("positive_share") @Nullable Double positiveShare) {}

    /** In the label's unit. A measure that there are no rows for is null. */
    @RegisterForReflection
    public record Regression(
            long rows,
            long invalid,
            @Nullable Double mae,
            @JsonProperty("mae_error") @Nullable Double maeError,
            @Nullable Double rmse,
            @Nullable Double bias,
            double quantile,
            @Nullable Double pinball) {}

    /** All by name. */
    @GET
    public Listing list() {
        return new Listing(labels.list().stream().map(LabelResource::summary).toList());
    }

    /** One; 404 where no such is applied. */
    @GET
    @Path("/{name}")
    public Summary get(String name) {
        return summary(labels.get(name));
    }

    /** How good the predictions were, by model version and window. 404; 503 where another replica reads the labels. */
    @GET
    @Path("/{name}/quality")
    public QualityAnswer quality(String name) {
        Quality quality = labels.quality(name);
        return new QualityAnswer(
                name,
                Instant.EPOCH.plus(quality.asOfMicros(), ChronoUnit.MICROS).toString(),
                quality.offset(),
                quality.versions().stream().map(LabelResource::version).toList());
    }

    /** Ends reading them. 204, 404 where no such is applied. */
    @DELETE
    @Path("/{name}")
    public void remove(String name) {
        labels.remove(name);
    }

    private static Summary summary(Labels.Summary summary) {
        return new Summary(
                summary.labels().name(),
                summary.labels().pipeline(),
                summary.labels().input().topic(),
                summary.status().owned(),
                summary.status().reason(),
                summary.status().lag(),
                summary.folds(),
                summary.labels().yaml());
    }

    private static Version version(Quality.Version version) {
        return new Version(
                version.model(),
                version.version(),
                version.shadow().isEmpty() ? null : version.shadow(),
                version.windows().stream()
                        .map(window -> switch (window.measures()) {
                            case Measures.OfClasses(double threshold, ClassificationMeasures all) ->
                                new Window(
                                        window.name(), coverage(all.coverage()), classification(threshold, all), null);
                            case Measures.OfNumbers(double quantile, RegressionMeasures all) ->
                                new Window(window.name(), coverage(all.coverage()), null, regression(quantile, all));
                        })
                        .toList());
    }

    private static Coverage coverage(LabelCoverage coverage) {
        return new Coverage(
                coverage.predictions(),
                coverage.labels(),
                known(coverage.share()),
                coverage.medianAgeMicros() / 1e6,
                coverage.p95AgeMicros() / 1e6,
                coverage.longestAgeMicros() / 1e6);
    }

    private static Classification classification(double threshold, ClassificationMeasures all) {
        return new Classification(
                all.rows(),
                all.positives(),
                all.invalid(),
                known(all.logLoss().value()),
                known(all.logLoss().standardError()),
                known(all.brier().value()),
                known(all.brier().standardError()),
                known(all.auc().value()),
                known(all.auc().standardError()),
                threshold,
                known(all.confusion().precision()),
                known(all.confusion().recall()),
                all.confusion().truePositives(),
                all.confusion().falsePositives(),
                all.confusion().falseNegatives(),
                all.confusion().trueNegatives(),
                known(all.calibrationError()),
                all.calibration().stream().map(LabelResource::bin).toList());
    }

    private static Bin bin(CalibrationPoint point) {
        return new Bin(point.from(), point.to(), point.rows(), known(point.meanScore()), known(point.positiveShare()));
    }

    private static Regression regression(double quantile, RegressionMeasures all) {
        return new Regression(
                all.rows(),
                all.invalid(),
                known(all.meanAbsoluteError().value()),
                known(all.meanAbsoluteError().standardError()),
                known(all.rootMeanSquaredError()),
                known(all.bias().value()),
                quantile,
                known(all.pinball().value()));
    }

    private static @Nullable Double known(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
