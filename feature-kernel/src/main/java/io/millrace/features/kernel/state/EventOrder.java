package io.millrace.features.kernel.state;

import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;

/** Where an event stands among the events of its entity: by event time, then by position in its log. Total: no two events of a view are equal. */
public record EventOrder(long timeMicros, String topicId, int partition, long offset)
        implements Comparable<EventOrder> {
    private static final Comparator<EventOrder> ORDER = Comparator.comparingLong(EventOrder::timeMicros)
            .thenComparing(EventOrder::topicId)
            .thenComparingInt(EventOrder::partition)
            .thenComparingLong(EventOrder::offset);

    public static EventOrder of(FeatureEvent event) {
        return new EventOrder(
                event.timeMicros(),
                event.position().source().topicId(),
                event.position().source().partition(),
                event.position().offset());
    }

    @Override
    public int compareTo(EventOrder other) {
        return ORDER.compare(this, other);
    }

    /** Bytes whose unsigned order is this order, for topic ids of ASCII as Kafka's are. */
    public void writeSortable(ByteWriter out) {
        out.sortable64(timeMicros);
        out.raw(topicId.getBytes(StandardCharsets.UTF_8));
        out.octet(0);
        out.sortable32(partition);
        out.sortable64(offset);
    }

    public static EventOrder readSortable(ByteReader in) {
        long timeMicros = in.sortable64();
        var topicId = new StringBuilder();
        for (int c = in.octet(); c != 0; c = in.octet()) {
            topicId.append((char) c);
        }
        return new EventOrder(timeMicros, topicId.toString(), in.sortable32(), in.sortable64());
    }
}
