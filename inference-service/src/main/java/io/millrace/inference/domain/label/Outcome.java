package io.millrace.inference.domain.label;

import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.deploy.Choice;
import java.util.Map;
import java.util.Optional;

/**
 * What became known of a prediction. Of each prediction there is one {@link Predicted}, and behind it at most one of {@link Labelled} and {@link Unlabelled}. Times are microseconds since the epoch.
 */
public sealed interface Outcome {
    Prediction prediction();

    /** The prediction was made. */
    record Predicted(Prediction prediction) implements Outcome {}

    /**
     * Its label came in time.
     *
     * @param label 0 or 1 of a class, else the number; never NaN
     * @param micros the label's event time
     * @param source who gave it; empty where the stream does not say
     */
    record Labelled(Prediction prediction, double label, long micros, String source) implements Outcome {}

    /** No label came within the delay. */
    record Unlabelled(Prediction prediction) implements Outcome {}

    /**
     * A prediction as far as a label concerns it.
     *
     * @param id of the event that was scored, {@code topic-partition-offset}; a shadow's prediction has the id of the answer that it was made beside
     * @param choice the arm that answered; empty where the model was not split
     * @param shadow the shadow of the deployment that made it; empty where it was answered
     * @param micros event time of what was scored
     * @param values what was known: features by reference and, where the pipeline records its vector, request fields by name; Double, Long, Boolean or String
     */
    record Prediction(
            String id,
            String key,
            Map<String, Object> entity,
            ModelIdentity model,
            Optional<Choice> choice,
            String shadow,
            double value,
            long micros,
            Map<String, Object> values) {
        public Prediction {
            entity = Map.copyOf(entity);
            values = Map.copyOf(values);
        }
    }
}
