package io.millrace.inference.app.replay;

import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.ScoreRow;
import java.util.List;

/** Predictions and the events that they were made of, where they lie. Thread-safe; all calls may block and throw {@link io.millrace.gate.Refusal} OFFSETS_UNAVAILABLE. */
public interface PredictionLog {
    /** Opens a reader; to be used by one thread. */
    Reader open();

    /**
     * Draws records, committed ones that are still there; the same for one seed as long as the topic is the same.
     *
     * @param count at most this many, each once
     */
    Sample sample(String topic, int count, long seed);

    /** What was drawn; {@code population} is how many offsets there were to draw from. */
    record Sample(List<RecordPlace> places, long population) {
        public Sample {
            places = List.copyOf(places);
        }
    }

    /** Reads records one by one. */
    interface Reader extends AutoCloseable {
        Recorded prediction(RecordPlace place);

        /**
         * Reads and decodes an event as the pipeline's stream does.
         *
         * @param topicId the topic's id when the event was scored; empty where that is not known
         */
        SourceEvent event(Pipeline pipeline, RecordPlace place, String topicId);

        @Override
        void close();
    }

    /** A prediction, or why there is none. */
    sealed interface Recorded {
        record Prediction(RecordedPrediction prediction) implements Recorded {}

        record Gone(String why) implements Recorded {}
    }

    /** An event, or why there is none. */
    sealed interface SourceEvent {
        /** @param timestampMicros the event's time */
        record Event(String key, long timestampMicros, ScoreRow row) implements SourceEvent {}

        /** It is there, but as the pipeline is now it is no event. */
        record Faulty(String why) implements SourceEvent {}

        record Gone(String why) implements SourceEvent {}
    }
}
