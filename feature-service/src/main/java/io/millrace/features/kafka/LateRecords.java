package io.millrace.features.kafka;

import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.lateness.Lateness;
import io.millrace.features.kernel.lateness.LatenessMark;
import io.millrace.features.kernel.lateness.LatenessTrail;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The records of a view with an allowed lateness: late events are dead letters. What the verdicts hang on, the largest event time of each partition, is kept
 * beside the committed offsets; after a crash, a rebalance or the loss of the store the records between what is kept and the store's position are read
 * again, so that each event gets the verdict that it had.
 */
final class LateRecords implements RecordReader {
    private final RecordReader records;
    private final Duration allowed;
    private final Map<SourcePartition, Partition> partitions = new HashMap<>();

    /** Why an event that can be read is a dead letter all the same. */
    enum Refused {
        LATE
    }

    /**
     * One partition.
     *
     * @param from where the verdicts begin; records before it are of no account here
     */
    private record Partition(long from, LatenessTrail trail, Lateness lateness) {}

    LateRecords(RecordReader records, Duration allowed) {
        this.records = records;
        this.allowed = allowed;
    }

    @Override
    public long resume(SourcePartition source, long position, long beginning, String note) {
        LatenessTrail trail = LatenessTrail.parse(note);
        trail.cut(position);
        LatenessMark mark = trail.before(position).orElse(new LatenessMark(beginning, LatenessMark.NOTHING));
        long from = Math.min(position, Math.max(beginning, mark.offset()));
        partitions.put(source, new Partition(from, trail, new Lateness(allowed, mark.largest())));
        return Math.min(from, records.resume(source, from, beginning, note));
    }

    @Override
    public void remember(ConsumerRecord<byte[], byte[]> record, SourcePartition source) {
        if (record.offset() < partition(source).from()) {
            records.remember(record, source);
        } else {
            isLate(records.read(record, source), source);
        }
    }

    @Override
    public Read read(ConsumerRecord<byte[], byte[]> record, SourcePartition source) {
        Read read = records.read(record, source);
        long before = partition(source).lateness().largest();
        return isLate(read, source) && read instanceof Read.Event(FeatureEvent event)
                ? new Read.Dead(
                        Refused.LATE,
                        "its event time lies " + Duration.ofNanos(1_000 * (before - event.timeMicros()))
                                + " before the newest one ahead of it in the partition, " + allowed + " are allowed")
                : read;
    }

    /** Judges and counts an event; whatever else a record is moves nothing. */
    private boolean isLate(Read read, SourcePartition source) {
        return switch (read) {
            case Read.Event(FeatureEvent event) -> partition(source).lateness().isLate(event.timeMicros());
            case Read.Elsewhere(FeatureEvent event) ->
                partition(source).lateness().isLate(event.timeMicros());
            case Read.Nothing _, Read.Dead _ -> false;
        };
    }

    @Override
    public String note(SourcePartition source, long next) {
        Partition partition = partition(source);
        if (next >= partition.from()) {
            partition.trail().add(new LatenessMark(next, partition.lateness().largest()));
        }
        return partition.trail().toString();
    }

    private Partition partition(SourcePartition source) {
        return partitions.computeIfAbsent(
                source, _ -> new Partition(0, new LatenessTrail(), new Lateness(allowed, LatenessMark.NOTHING)));
    }
}
