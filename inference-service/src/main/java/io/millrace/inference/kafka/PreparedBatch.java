package io.millrace.inference.kafka;

import io.millrace.inference.app.DeadLetterReason;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** What a batch of records becomes, in their order: for each one dead letter, or its prediction in every output that takes it. Used by one thread. */
final class PreparedBatch {
    private final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    private final List<DeadLetterReason> deadLetters = new ArrayList<>();
    private final List<Long> predictedTimestamps = new ArrayList<>();
    private EventTraces.@Nullable Batch traces;

    void predict(List<ProducerRecord<byte[], byte[]>> prediction, long sourceTimestampMillis) {
        records.addAll(prediction);
        predictedTimestamps.add(sourceTimestampMillis);
    }

    void bury(ProducerRecord<byte[], byte[]> deadLetter, DeadLetterReason reason) {
        records.add(deadLetter);
        deadLetters.add(reason);
    }

    void tracedBy(EventTraces.Batch batch) {
        traces = batch;
    }

    List<ProducerRecord<byte[], byte[]>> records() {
        return records;
    }

    List<DeadLetterReason> deadLetters() {
        return deadLetters;
    }

    /** Kafka timestamps, milliseconds, of the events that became predictions. */
    List<Long> predictedTimestamps() {
        return predictedTimestamps;
    }

    void endTraces(@Nullable String error) {
        if (traces != null) {
            traces.end(error);
        }
    }
}
