package io.millrace.features.kafka;

import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.SourcePartition;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What a source's records are to one view version. Used by one thread. */
interface RecordReader {
    Read read(ConsumerRecord<byte[], byte[]> record, SourcePartition source);

    /**
     * Where to read from so that everything is known that came before {@code position}; never behind it. The records before {@code position} are handed
     * to {@link #remember}.
     *
     * @param beginning the first offset that there is
     * @param note what {@link #note} gave last, as far as it was kept; "" where nothing was
     */
    default long resume(SourcePartition source, long position, long beginning, String note) {
        return position;
    }

    /** Takes note of a record that was applied in an earlier life. */
    default void remember(ConsumerRecord<byte[], byte[]> record, SourcePartition source) {}

    /**
     * What to keep beside the committed offset for the next {@link #resume}: printable ASCII of at most 1,000 characters.
     *
     * @param next behind the last record that was read or remembered
     */
    default String note(SourcePartition source, long next) {
        return "";
    }

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
