package io.millrace.features.kafka;

import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.SourcePartition;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What a source's records are to one view version. Used by one thread. */
interface RecordReader {
    Read read(ConsumerRecord<byte[], byte[]> record, SourcePartition source);

    /** How many records before the first one that is not applied yet have to be read again to know what came before it. */
    default int memory() {
        return 0;
    }

    /** Takes note of a record that was applied in an earlier life. */
    default void remember(ConsumerRecord<byte[], byte[]> record) {}

    /** What one record is. */
    sealed interface Read {
        record Event(FeatureEvent event) implements Read {}

        /** An event that another store takes; it counts where events are judged by those before them. */
        record Elsewhere(FeatureEvent event) implements Read {}

        /** Not for this view, without content, or there before. */
        record Nothing() implements Read {}

        record Dead(Enum<?> reason, String detail) implements Read {}
    }
}
