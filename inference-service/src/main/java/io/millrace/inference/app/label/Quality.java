package io.millrace.inference.app.label;

import io.millrace.models.kernel.measure.ClassificationMeasures;
import io.millrace.models.kernel.measure.LabelCoverage;
import io.millrace.models.kernel.measure.RegressionMeasures;
import java.util.List;

/**
 * How good predictions were, by what is known of them.
 *
 * @param asOfMicros the event time of the newest prediction: where the windows end; microseconds since the epoch
 * @param offset outcomes below it are in this
 * @param versions by model, version and shadow
 */
public record Quality(long asOfMicros, long offset, List<Version> versions) {
    public Quality {
        versions = List.copyOf(versions);
    }

    /**
     * Of a model version.
     *
     * @param shadow the shadow whose predictions these are; empty where they were answered
     */
    public record Version(String model, String version, String shadow, List<Window> windows) {
        public Version {
            windows = List.copyOf(windows);
        }
    }

    /** Of the predictions of a window; its name as the definition writes it. */
    public record Window(String name, Measures measures) {}

    /** What is measured. */
    public sealed interface Measures {
        LabelCoverage coverage();

        /** Of the chance of a class; precision and recall at the threshold. */
        record OfClasses(double threshold, ClassificationMeasures all) implements Measures {
            @Override
            public LabelCoverage coverage() {
                return all.coverage();
            }
        }

        /** Of a number; pinball loss at the quantile. */
        record OfNumbers(double quantile, RegressionMeasures all) implements Measures {
            @Override
            public LabelCoverage coverage() {
                return all.coverage();
            }
        }
    }
}
