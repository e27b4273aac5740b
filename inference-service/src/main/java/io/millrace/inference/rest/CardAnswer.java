package io.millrace.inference.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.inference.domain.TensorSpec;
import io.millrace.inference.domain.explain.ModelCard;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model card in JSON; lists of what was not measured are empty.
 *
 * @param signer SHA-256 of the public key that signed it; null where keys are not asked for
 */
@RegisterForReflection
public record CardAnswer(
        String name,
        String version,
        String engine,
        String file,
        String digest,
        @Nullable String signer,
        String explained,
        Data data,
        List<Tensor> inputs,
        List<Tensor> outputs,
        List<Column> columns,
        List<Metric> metrics,
        List<Slice> slices,
        List<Use> uses,
        List<Promotion> promotions,
        List<String> limits) {
    /** The rows that are known of what it was made of. */
    @RegisterForReflection
    public record Data(String source, int rows) {}

    /** What it takes or gives; −1 where a size is open. */
    @RegisterForReflection
    public record Tensor(String name, String datatype, List<Long> shape) {}

    /** A column that pipelines fill, and its range in the rows that are known. */
    @RegisterForReflection
    public record Column(
            String name,
            String from,
            String view,
            @Nullable Double impute,
            @Nullable Double least,
            @Nullable Double median,
            @Nullable Double most) {}

    /** Something that was measured, with its interval. */
    @RegisterForReflection
    public record Metric(
            String name,
            String window,
            double value,
            @Nullable Double lower,
            @Nullable Double upper,
            double confidence,
            long rows) {}

    /** Rows that meet a condition. */
    @RegisterForReflection
    public record Slice(String condition, Metric metric) {}

    /** An arm or shadow of a deployment. */
    @RegisterForReflection
    public record Use(
            String deployment,
            long revision,
            String since,
            @JsonProperty("as") String role,
            double percent) {}

    /** A decision, by whom, and on what evidence. */
    @RegisterForReflection
    public record Promotion(String at, String deployment, String decision, String by, String evidence) {}

    static CardAnswer of(ModelCard card) {
        return new CardAnswer(
                card.name(),
                card.version(),
                card.engine(),
                card.file(),
                card.digest(),
                card.signer().isEmpty() ? null : card.signer(),
                card.explained(),
                new Data(card.data().source(), card.data().rows()),
                card.inputs().stream().map(CardAnswer::tensor).toList(),
                card.outputs().stream().map(CardAnswer::tensor).toList(),
                card.columns().stream()
                        .map(column -> new Column(
                                column.name(),
                                column.from(),
                                column.view(),
                                known(column.impute()),
                                known(column.least()),
                                known(column.median()),
                                known(column.most())))
                        .toList(),
                card.metrics().stream().map(CardAnswer::metric).toList(),
                card.slices().stream()
                        .map(slice -> new Slice(slice.condition(), metric(slice.metric())))
                        .toList(),
                card.uses().stream()
                        .map(use -> new Use(use.deployment(), use.revision(), use.since(), use.role(), use.percent()))
                        .toList(),
                card.promotions().stream()
                        .map(each -> new Promotion(
                                each.at(), each.deployment(), each.decision(), each.by(), each.evidence()))
                        .toList(),
                card.limits());
    }

    private static Tensor tensor(TensorSpec spec) {
        return new Tensor(spec.name(), spec.datatype().name(), spec.shape());
    }

    private static Metric metric(ModelCard.Metric metric) {
        return new Metric(
                metric.name(),
                metric.window(),
                metric.value(),
                known(metric.lower()),
                known(metric.upper()),
                metric.confidence(),
                metric.rows());
    }

    private static @Nullable Double known(double value) {
        return Double.isNaN(value) ? null : value;
    }
}
