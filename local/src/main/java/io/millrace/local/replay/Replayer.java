package io.millrace.local.replay;

import io.millrace.local.replay.Event.Role;
import java.util.Iterator;
import java.util.function.Consumer;

/**
 * Sends events in their order. In a strict replay an ask at time T is sent only when everything before it has been acknowledged: all events
 * of an earlier time and all facts at T. So the log that a prediction for T reads holds the same events at every speed, and its features are
 * the same to the bit (docs/architecture.md). Asks of the same instant go together.
 */
public final class Replayer {
    private final EventSink sink;
    private final Consumer<Event> sent;

    /**
     * @param sent told about each event right after it was handed over
     */
    public Replayer(EventSink sink, Consumer<Event> sent) {
        this.sink = sink;
        this.sent = sent;
    }

    /** The same, telling another listener too. */
    public Replayer alsoTelling(Consumer<Event> other) {
        return new Replayer(sink, sent.andThen(other));
    }

    /**
     * Sends until this many asks are out or the events end, as fast as they are taken, and returns when all are acknowledged. For history that nothing
     * is predicted about while it is sent.
     *
     * @return how many events
     */
    public long sendHistory(Iterator<Event> events, int asks) {
        long count = 0;
        int asked = 0;
        while (asked < asks && events.hasNext()) {
            Event event = events.next();
            sink.send(event);
            sent.accept(event);
            asked += event.role() == Role.ASK ? 1 : 0;
            count++;
        }
        sink.flush();
        return count;
    }

    /**
     * Sends all that is left, strictly.
     *
     * @return how many events
     */
    public long replay(Iterator<Event> events, Pace pace) {
        long count = 0;
        boolean unacknowledged = false;
        long openAsks = Long.MIN_VALUE;
        while (events.hasNext()) {
            Event event = events.next();
            pace.awaitTime(event.micros());
            if (event.role() == Role.ASK) {
                pace.awaitRoom();
                if (unacknowledged && openAsks != event.micros()) {
                    sink.flush();
                }
                openAsks = event.micros();
            } else {
                openAsks = Long.MIN_VALUE;
            }
            sink.send(event);
            unacknowledged = true;
            sent.accept(event);
            count++;
        }
        sink.flush();
        return count;
    }
}
