package io.millrace.inference.kafka;

import io.millrace.inference.app.DeadLetterReason;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What a batch of records becomes, in their order: for each one dead letter, or its prediction in every output that takes it. Predictions are written when
 * {@link #encode} is called, by whoever commits them, so that the next batch can be scored meanwhile. Used by one thread at a time.
 */
final class PreparedBatch {
    private final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    private final List<DeadLetterReason> deadLetters = new ArrayList<>();
    private final LongStream.Builder predictedTimestamps = LongStream.builder();
    private final List<EventTraces.Batch> traces = new ArrayList<>();
    private @Nullable Runnable encoding;
    private boolean scored;

    /** Parts one after another as one. */
    static PreparedBatch together(List<PreparedBatch> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        var whole = new PreparedBatch();
        parts.forEach(part -> whole.traces.addAll(part.traces));
        whole.encodedBy(
                () -> parts.forEach(part -> {
                    part.encode();
                    whole.records.addAll(part.records);
                    whole.deadLetters.addAll(part.deadLetters);
                    for (long timestamp : part.predictedTimestamps()) {
                        whole.predictedTimestamps.add(timestamp);
                    }
                }),
                parts.stream().anyMatch(PreparedBatch::isAnyScored));
        return whole;
    }

    void predict(List<ProducerRecord<byte[], byte[]>> prediction, long sourceTimestampMillis) {
        records.addAll(prediction);
        predictedTimestamps.add(sourceTimestampMillis);
    }

    void bury(ProducerRecord<byte[], byte[]> deadLetter, DeadLetterReason reason) {
        records.add(deadLetter);
        deadLetters.add(reason);
    }

    /** Leaves the records to be made later; {@code anyScored} says whether a prediction will be among them. */
    void encodedBy(Runnable work, boolean anyScored) {
        encoding = work;
        scored = anyScored;
    }

    /** Makes the records; they are not there before. */
    void encode() {
        Runnable work = encoding;
        encoding = null;
        if (work != null) {
            work.run();
        }
    }

    /** Whether the model gave a score for any of the records. */
    boolean isAnyScored() {
        return scored;
    }

    void tracedBy(EventTraces.Batch batch) {
        traces.add(batch);
    }

    List<ProducerRecord<byte[], byte[]>> records() {
        return records;
    }

    List<DeadLetterReason> deadLetters() {
        return deadLetters;
    }

    /** Kafka timestamps, milliseconds, of the events that became predictions; asked for once, when all are there. */
    long[] predictedTimestamps() {
        return predictedTimestamps.build().toArray();
    }

    void endTraces(@Nullable String error) {
        traces.forEach(batch -> batch.end(error));
    }
}
