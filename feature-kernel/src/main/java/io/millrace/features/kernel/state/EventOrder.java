package io.millrace.features.kernel.state;

import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import java.nio.charset.StandardCharsets;

/**
 * Where an event stands among the events of its entity: by event time, then by the time at which it was made, then by position in its log. Total: no two
 * events of a view are equal.
 *
 * @param createdMicros {@link FeatureEvent#NO_CREATED}, the smallest, where the source does not say
 */
public record EventOrder(long timeMicros, long createdMicros, String topicId, int partition, long offset)
        implements Comparable<EventOrder> {
    /** Above every first byte of a topic id and the 0 behind an empty one: what has a time of creation stands behind what has none. */
    private static final int CREATED = 0xff;

    /** Two of these behind the sortable form of an event time are above every event of that time: times of creation lie in the first half of the numbers. */
    public static final int ABOVE_ALL = 0xff;

    public EventOrder(long timeMicros, String topicId, int partition, long offset) {
        this(timeMicros, FeatureEvent.NO_CREATED, topicId, partition, offset);
    }

    public static EventOrder of(FeatureEvent event) {
        return new EventOrder(
                event.timeMicros(),
                event.createdMicros(),
                event.position().source().topicId(),
                event.position().source().partition(),
                event.position().offset());
    }

    /** Whether the source says when the event was made. */
    boolean hasCreated() {
        return createdMicros != FeatureEvent.NO_CREATED;
    }

    @Override
    public int compareTo(EventOrder other) {
        int byTime = Long.compare(timeMicros, other.timeMicros);
        if (byTime != 0) {
            return byTime;
        }
        int byCreated = Long.compare(createdMicros, other.createdMicros);
        if (byCreated != 0) {
            return byCreated;
        }
        int byTopic = topicId.compareTo(other.topicId);
        if (byTopic != 0) {
            return byTopic;
        }
        int byPartition = Integer.compare(partition, other.partition);
        return byPartition != 0 ? byPartition : Long.compare(offset, other.offset);
    }

    /** Bytes whose unsigned order is this order, for topic ids of ASCII as Kafka's are. */
    public void writeSortable(ByteWriter out) {
        out.sortable64(timeMicros);
        if (hasCreated()) {
            out.octet(CREATED);
            out.sortable64(createdMicros);
        }
        out.raw(topicId.getBytes(StandardCharsets.UTF_8));
        out.octet(0);
        out.sortable32(partition);
        out.sortable64(offset);
    }

    public static EventOrder readSortable(ByteReader in) {
        long timeMicros = in.sortable64();
        long createdMicros = FeatureEvent.NO_CREATED;
        int c = in.octet();
        if (c == CREATED) {
            createdMicros = in.sortable64();
            c = in.octet();
        }
        var topicId = new StringBuilder();
        for (; c != 0; c = in.octet()) {
            topicId.append((char) c);
        }
        return new EventOrder(timeMicros, createdMicros, topicId.toString(), in.sortable32(), in.sortable64());
    }
}
