package io.millrace.features.kafka;

import io.millrace.features.app.EventTimeBound;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.projection.EventProjector;
import io.millrace.features.kernel.projection.Projection;
import java.time.Instant;
import java.time.InstantSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Records of a topic that belongs to somebody else. */
final class TopicRecords implements RecordReader {
    private final EventProjector projector;
    private final EventTimeBound future;
    private final InstantSource clock;

    /** Why a record that can be read is a dead letter all the same. */
    enum Refused {
        EVENT_TIME_IN_FUTURE
    }

    TopicRecords(EventProjector projector, EventTimeBound future, InstantSource clock) {
        this.projector = projector;
        this.future = future;
        this.clock = clock;
    }

    /** When the record came into the log: a fact of the log, so that a rebuild judges as the first reading did. The clock where it does not say. */
    private Instant arrival(ConsumerRecord<byte[], byte[]> record) {
        return record.timestamp() > 0 ? Instant.ofEpochMilli(record.timestamp()) : clock.instant();
    }

    @Override
    public Read read(ConsumerRecord<byte[], byte[]> record, SourcePartition source) {
        return switch (projector.project(record.value(), record.timestamp(), new Position(source, record.offset()))) {
            case Projection.Event(FeatureEvent event) ->
                future.isBeyond(event.timeMicros(), arrival(record))
                        ? new Read.Dead(
                                Refused.EVENT_TIME_IN_FUTURE,
                                "its event time lies more than " + future.skew() + " ahead of its arrival")
                        : new Read.Event(event);
            case Projection.Skipped _ -> new Read.Nothing();
            case Projection.Undecodable(var reason, String detail) -> new Read.Dead(reason, detail);
        };
    }
}
