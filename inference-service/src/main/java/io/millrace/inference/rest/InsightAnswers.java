package io.millrace.inference.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.inference.app.explain.ModelInsights;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import java.util.Locale;

/** Importance and partial dependence in JSON. */
final class InsightAnswers {
    private InsightAnswers() {}

    /**
     * Importance of columns.
     *
     * @param scale of contributions: prediction, or margin where there is a link
     * @param rows that were shuffled
     * @param explained rows whose contributions were worked out
     * @param source where the rows are from
     */
    @RegisterForReflection
    public record Importance(
            PredictionAnswer.Model model,
            String method,
            String scale,
            int rows,
            int explained,
            String source,
            List<Column> columns) {}

    /** Importance of a column; {@code permutation} is the mean absolute change of the prediction where it is shuffled. */
    @RegisterForReflection
    public record Column(
            String column,

            @JsonProperty("mean_absolute_contribution") double meanAbsoluteContribution,

            @JsonProperty("mean_contribution") double meanContribution,

            double permutation) {}

    /** Partial dependence on a column. */
    @RegisterForReflection
    public record Dependence(
            PredictionAnswer.Model model, String column, int rows, String source, List<Point> points) {}

    /** The mean prediction with a value, and the spread of predictions around it. */
    @RegisterForReflection
    public record Point(double value, double mean, double deviation) {}

    static Importance of(ModelInsights.Importances from) {
        return new Importance(
                PredictionAnswer.model(from.model()),
                from.method().name().toLowerCase(Locale.ROOT),
                from.link() == io.millrace.inference.domain.explain.Link.IDENTITY ? "prediction" : "margin",
                from.rows(),
                from.explained(),
                from.source(),
                from.columns().stream()
                        .map(each -> new Column(
                                each.column(),
                                each.meanAbsoluteContribution(),
                                each.meanContribution(),
                                each.permutation()))
                        .toList());
    }

    static Dependence of(ModelInsights.Dependence from) {
        return new Dependence(
                PredictionAnswer.model(from.model()),
                from.column(),
                from.rows(),
                from.source(),
                from.points().stream()
                        .map(point -> new Point(point.value(), point.mean(), point.deviation()))
                        .toList());
    }
}
