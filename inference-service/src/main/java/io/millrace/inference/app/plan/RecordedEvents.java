package io.millrace.inference.app.plan;

import io.millrace.inference.app.replay.PredictionLog.SourceEvent;
import io.millrace.inference.app.replay.RecordPlace;
import io.millrace.inference.app.replay.RecordedPrediction;
import io.millrace.inference.domain.Pipeline;
import io.millrace.jobs.JobContext;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The events of a span, and what pipelines answered to them, where they lie. Thread-safe; all calls may block and throw {@link io.millrace.gate.Refusal} OFFSETS_UNAVAILABLE. */
public interface RecordedEvents {
    /** Where the committed records of a topic lie whose timestamps are not before an instant. */
    Span span(String topic, Instant since);

    /**
     * Reads and decodes events as the pipelines' streams do, in the order of partitions and offsets.
     *
     * @param current the pipeline as it is applied, where it is and reads the same topic
     * @param context hears how far it is, and is asked whether to end
     */
    List<Recorded> read(
            Pipeline planned, Optional<Pipeline> current, Span span, OffsetSample sample, JobContext context);

    /** Reads the values of records, tombstones left out, in the order of partitions and offsets. */
    List<byte[]> values(Span span, OffsetSample sample, JobContext context);

    /**
     * What a pipeline answered to events: of several answers to one event the last.
     *
     * @param since answers that were written before are not found
     */
    Map<RecordPlace, Answer> answers(Pipeline current, Set<RecordPlace> events, Instant since, JobContext context);

    /**
     * Where records lie.
     *
     * @param isThere whether the topic exists
     * @param isCut whether the topic has nothing older, so that a part of the span may be gone
     */
    record Span(String topic, List<Part> parts, boolean isThere, boolean isCut) {
        public Span {
            parts = List.copyOf(parts);
        }

        /** Offsets; some hold no record. */
        public long size() {
            return parts.stream().mapToLong(part -> part.to() - part.from()).sum();
        }
    }

    /** Offsets of a partition, {@code to} exclusive. */
    record Part(int partition, long from, long to) {}

    /** A record, read as the planned pipeline reads it and as the applied one does; the same where there is none. */
    record Recorded(RecordPlace place, SourceEvent planned, SourceEvent current) {}

    /** What is recorded of an event. */
    sealed interface Answer {
        /** @param complete whether its features were */
        record Predicted(RecordedPrediction prediction, boolean complete) implements Answer {}

        record DeadLettered(String reason) implements Answer {}
    }
}
