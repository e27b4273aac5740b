package io.millrace.inference.kafka;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a record on which scoring fails is itself to blame. It is where other records were scored since the stream was opened and fewer
 * than ten in a row failed, or where it failed three times with waits between: when scoring fails on everything, the fault is elsewhere, and
 * records are given up only as slowly as the waits allow. Used by one thread.
 */
final class SuspectRecords {
    private static final int ATTEMPTS = 3;
    private static final int IN_A_ROW = 10;

    private boolean othersWereScored;
    private int inARow;
    private @Nullable TopicPartition partition;
    private long offset;
    private int attempts;

    void scored() {
        othersWereScored = true;
        inARow = 0;
    }

    /** Counts a failure on this record alone, and says whether it is to be given up. */
    boolean isToBlame(ConsumerRecord<?, ?> record) {
        var at = new TopicPartition(record.topic(), record.partition());
        if (!at.equals(partition) || offset != record.offset()) {
            partition = at;
            offset = record.offset();
            attempts = 0;
        }
        attempts++;
        if ((othersWereScored && inARow < IN_A_ROW) || attempts >= ATTEMPTS) {
            inARow++;
            return true;
        }
        return false;
    }
}
