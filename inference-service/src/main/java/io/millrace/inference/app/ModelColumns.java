package io.millrace.inference.app;

import io.millrace.definitions.MapNode;
import io.millrace.inference.domain.ModelDefinition.Column;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/** What fills a column of a tensor, as {@code model.yaml} and ensembles write it. */
public final class ModelColumns {
    private static final Pattern FEATURE = Pattern.compile("[a-z][a-z0-9_]*(@v[1-9]\\d*)?:[a-z][a-z0-9_]*");

    private ModelColumns() {}

    /**
     * Reads {@code {feature: view:feature, impute: 0.0}} or {@code {request: field}}; what is wrong becomes faults of the node. A text has no {@code impute}: a missing one is the
     * empty text where the pipeline imputes.
     */
    public static Column read(MapNode node, TensorType type) {
        Column column;
        if (node.has("request")) {
            if (node.has("feature")) {
                node.fault("feature", "a column has either 'feature' or 'request'");
            }
            if (node.has("impute")) {
                node.fault("impute", "only features are imputed; a request field must be there");
            }
            column = new Column.Request(node.string("request"));
        } else {
            String reference = node.string("feature", FEATURE, "view:feature or view@version:feature");
            OptionalDouble impute =
                    node.optionalDouble("impute").map(OptionalDouble::of).orElse(OptionalDouble.empty());
            if (impute.isPresent() && type == TensorType.STRING) {
                node.fault("impute", "numbers are imputed; a missing text is the empty one");
            } else if (impute.isPresent() && !fits(impute.getAsDouble(), type)) {
                node.fault("impute", "'impute' must be a finite " + type + ", was " + impute.getAsDouble());
            }
            column = new Column.Feature(reference, impute);
        }
        node.refuseUnknownKeys();
        return column;
    }

    private static boolean fits(double value, TensorType type) {
        return switch (type) {
            case FLOAT32 -> Double.isFinite((float) value);
            case FLOAT64 -> Double.isFinite(value);
            case INT64 -> Math.rint(value) == value && Math.abs(value) <= 0x1p53;
            case STRING -> false;
        };
    }
}
