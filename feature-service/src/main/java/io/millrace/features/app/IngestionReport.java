package io.millrace.features.app;

import io.millrace.features.kernel.SourcePartition;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the ingestion of a view version is doing; counts are since this process started.
 *
 * @param detail why it is in that state, where there is more to say
 * @param positions the offset of the next event of each source partition
 * @param lag records not yet applied, summed over the partitions; -1 where it is not known
 * @param deadLetters by reason, such as {@code LATE}, in order; reasons that did not occur are left out
 */
public record IngestionReport(
        State state,
        String detail,
        Map<SourcePartition, Long> positions,
        long lag,
        long applied,
        Map<String, Long> deadLetters,
        long tooLate) {
    /** A version whose loop does not run here yet. */
    public static final IngestionReport NOT_STARTED =
            new IngestionReport(State.STARTING, "", Map.of(), -1, 0, Map.of(), 0);

    /** What a loop is doing. */
    public enum State {
        STARTING,
        RUNNING,
        /** The source topic is not there; it is looked for again and again. */
        WAITING_FOR_TOPIC,
        /** Kafka does not answer, or refuses; trying again. */
        WAITING_FOR_KAFKA,
        /** The online store does not take changes; trying again. */
        WAITING_FOR_STORE,
        /** What was there is damaged or lost and is built again; reads are refused until it has caught up. */
        REBUILDING,
        /** The schema registry that records name their schemas in does not answer; trying again. */
        WAITING_FOR_SCHEMAS,
        /** Dead letters cannot be written, because their topic is not there and cannot be made. Nothing is skipped: somebody has to make it. */
        DEAD_LETTERS_BLOCKED,
        /** Records that were not applied yet are gone from the source. Nothing is skipped: somebody has to decide. */
        RECORDS_LOST,
        /** Something unforeseen; it is in the log, and tried again. */
        FAILED
    }

    /** All dead letters. */
    public long deadLettered() {
        return deadLetters.values().stream().mapToLong(Long::longValue).sum();
    }

    public IngestionReport {
        positions = Map.copyOf(positions);
        deadLetters = Collections.unmodifiableMap(new TreeMap<>(deadLetters));
    }
}
