package io.millrace.inference.domain.explain;

import io.millrace.inference.domain.TensorSpec;
import java.util.List;

/**
 * What there is to know of a model version before it is trusted with anything.
 *
 * @param digest SHA-256 of its file
 * @param signer SHA-256 of the public key that signed its definition; empty where keys are not asked for
 * @param explained how its predictions are explained, and why not better
 * @param data where the rows that it was registered with are from, and how many are known; 0 where none are
 * @param metrics as they were measured; empty where they were not
 * @param slices rows of which it predicts worse than of others; empty where that was not measured
 * @param uses of it by deployments
 * @param limits what it was not made for
 */
public record ModelCard(
        String name,
        String version,
        String engine,
        String file,
        String digest,
        String signer,
        List<TensorSpec> inputs,
        List<TensorSpec> outputs,
        String explained,
        Data data,
        List<Column> columns,
        List<Metric> metrics,
        List<Slice> slices,
        List<Use> uses,
        List<Promotion> promotions,
        List<String> limits) {
    public ModelCard {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        columns = List.copyOf(columns);
        metrics = List.copyOf(metrics);
        slices = List.copyOf(slices);
        uses = List.copyOf(uses);
        promotions = List.copyOf(promotions);
        limits = List.copyOf(limits);
    }

    /** The rows that are known of what it was made of. */
    public record Data(String source, int rows) {}

    /**
     * A column that pipelines fill.
     *
     * @param from {@code feature} or {@code request}
     * @param view the feature's view, with its version where the model names one; empty of a request field
     * @param impute what stands in where a feature is missing; NaN where nothing does
     * @param least in the rows that are known, NaN where none are
     */
    public record Column(
            String name, String from, String view, double impute, double least, double median, double most) {}

    /**
     * Something that was measured.
     *
     * @param window over which
     * @param lower bound of the interval, NaN where none is known
     */
    public record Metric(
            String name, String window, double value, double lower, double upper, double confidence, long rows) {}

    /** Rows that meet a condition, and what was measured of them. */
    public record Slice(String condition, Metric metric) {}

    /** An arm or shadow of a deployment that names the version, or the newest of the model. */
    public record Use(String deployment, long revision, String since, String role, double percent) {}

    /** A decision about it: what, who or what decided, when, and on what evidence. */
    public record Promotion(String at, String deployment, String decision, String by, String evidence) {}
}
