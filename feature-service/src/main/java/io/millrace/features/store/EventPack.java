package io.millrace.features.store;

import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.EncodingException;
import io.millrace.features.kernel.state.EventOrder;
import io.millrace.features.kernel.state.Observation;
import io.millrace.features.kernel.window.Levels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Single events of one row as one value of the embedded store. They fall into one tile of the finest level, and the key is that of the newest: so whatever lies at or before an instant on the border of
 * such a tile has its key there, and a read looks at the keys of the tile that its instant is in. One event is its content; several are {@code 2}, their number, and the newest first, each but that one
 * with its order, as far as it differs.
 */
final class EventPack {
    /** More than that are several packs: a read that wants the newest alone should not get a megabyte. */
    static final int MOST = 64;

    private static final int PACKED = 2;
    private static final int CREATED = 1;
    private static final int OTHER_TOPIC = 2;
    private static final Comparator<Observation> NEWEST_FIRST =
            Comparator.comparing(Observation::order).reversed();

    private EventPack() {}

    /** Puts events into packs, each with the newest event first. Without tiles each is alone. */
    static List<List<Observation>> of(List<Observation> events, Levels levels) {
        var packs = new ArrayList<List<Observation>>();
        if (levels.isEmpty() || events.size() == 1) {
            events.forEach(event -> packs.add(List.of(event)));
            return packs;
        }
        List<Observation> sorted = newestFirst(events);
        int from = 0;
        for (int i = 1; i <= sorted.size(); i++) {
            if (i == sorted.size()
                    || i - from == MOST
                    || tile(sorted.get(i), levels) != tile(sorted.get(from), levels)) {
                packs.add(sorted.subList(from, i));
                from = i;
            }
        }
        return packs;
    }

    /** Mostly they came in the order of time. */
    private static List<Observation> newestFirst(List<Observation> events) {
        for (int i = 1; i < events.size(); i++) {
            if (events.get(i - 1).order().timeMicros() >= events.get(i).order().timeMicros()) {
                var sorted = new ArrayList<>(events);
                sorted.sort(NEWEST_FIRST);
                return sorted;
            }
        }
        var reversed = new ArrayList<>(events);
        Collections.reverse(reversed);
        return reversed;
    }

    private static long tile(Observation event, Levels levels) {
        return levels.tileOf(0, event.order().timeMicros());
    }

    static void write(List<Observation> newestFirst, ByteWriter out) {
        if (newestFirst.size() > 1) {
            out.octet(PACKED);
            out.unsigned(newestFirst.size());
        }
        EventOrder before = null;
        for (Observation event : newestFirst) {
            if (before != null) {
                write(event.order(), before, out);
            }
            event.writeContent(out);
            before = event.order();
        }
    }

    private static void write(EventOrder order, EventOrder before, ByteWriter out) {
        boolean isCreated = order.createdMicros() != FeatureEvent.NO_CREATED;
        boolean isOther = !order.topicId().equals(before.topicId());
        out.unsigned(before.timeMicros() - order.timeMicros());
        out.octet((isCreated ? CREATED : 0) | (isOther ? OTHER_TOPIC : 0));
        if (isCreated) {
            out.signed(order.createdMicros());
        }
        if (isOther) {
            out.text(order.topicId());
        }
        out.unsigned(order.partition());
        out.signed(before.offset() - order.offset());
    }

    private static EventOrder read(EventOrder before, ByteReader in) {
        long time = before.timeMicros() - in.unsigned();
        int flags = in.octet();
        long created = (flags & CREATED) != 0 ? in.signed() : FeatureEvent.NO_CREATED;
        String topicId = (flags & OTHER_TOPIC) != 0 ? in.text() : before.topicId();
        int partition = (int) in.unsigned();
        return new EventOrder(time, created, topicId, partition, before.offset() - in.signed());
    }

    /**
     * Gives those events of a pack that are not after an instant to the list.
     *
     * @param order of the newest
     * @param in the value, whose end is the reader's
     * @return the newest of them; null where all are after it
     */
    static @Nullable Observation addTo(List<Observation> events, EventOrder order, ByteReader in, long toMicros) {
        long count = begin(in);
        Observation newest = null;
        EventOrder at = order;
        for (long i = 0; i < count; i++) {
            at = i == 0 ? order : read(at, in);
            Observation event = Observation.readContent(at, in);
            if (at.timeMicros() <= toMicros) {
                newest = newest == null ? event : newest;
                events.add(event);
            }
        }
        if (!in.atEnd()) {
            throw new EncodingException("bytes behind the last event of a pack");
        }
        return newest;
    }

    /** Reads how many events there are; the reader stands at the content of the newest one then. */
    static long begin(ByteReader in) {
        int from = in.at();
        if (in.atEnd() || in.octet() != PACKED) {
            in.from(from);
            return 1;
        }
        return in.unsigned();
    }
}
