package io.millrace.inference.domain.label;

import io.millrace.inference.domain.Definition;
import io.millrace.inference.domain.Pipeline;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Where the labels of a pipeline's predictions come from.
 *
 * @param pipeline whose predictions are labelled
 * @param input the topic of the labels, with where their event time stands
 * @param label CEL over the event's fields: a condition where the task is one of classes, else a number
 * @param fields the event's fields that the label uses, with their types
 * @param join how a label finds its predictions
 * @param delay how long after a prediction's event time its label may come, by the label's event time
 * @param source the event field that says who gave the label, in bounds of which each is limited; empty where all are of one
 * @param windows over which quality is measured, each with its name as it was written
 * @param yaml the definition as its author wrote it, and the schema file that it names
 */
public record LabelStream(
        String name,
        String pipeline,
        Pipeline.Input input,
        String label,
        Map<String, Pipeline.FieldType> fields,
        Join join,
        Duration delay,
        String source,
        Task task,
        List<Window> windows,
        String yaml)
        implements Definition {
    public LabelStream {
        fields = Map.copyOf(fields);
        windows = List.copyOf(windows);
    }

    /** How a label finds its predictions. */
    public sealed interface Join {
        /** The event's field whose text is the predictions' key: one prediction at most. */
        record Key(String field) implements Join {}

        /**
         * The newest prediction of the entity that is not after the label and has none yet.
         *
         * @param fields join key to the event's field
         */
        record Entity(Map<String, String> fields) implements Join {
            public Entity {
                fields = Map.copyOf(fields);
            }
        }
    }

    /** What is predicted. */
    public sealed interface Task {
        /**
         * The chance of one class of two; labels are 0 and 1.
         *
         * @param threshold at or above which a prediction means the class, 0 to 1
         */
        record Classification(double threshold) implements Task {}

        /**
         * A number.
         *
         * @param quantile of which the pinball loss is taken, above 0 and below 1
         */
        record Regression(double quantile) implements Task {}
    }

    /** A sliding window of prediction times. */
    public record Window(String name, Duration length) {}
}
