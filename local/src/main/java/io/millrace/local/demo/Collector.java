package io.millrace.local.demo;

import io.millrace.local.replay.Event;
import io.millrace.local.replay.Event.Role;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/** Remembers the latest asks and which of them have been settled: the rows that a model can be trained on. Not thread-safe. */
final class Collector {
    /** So many rows are enough for a linear model, and bound the memory of a long history. */
    private static final int MOST = 100_000;

    private final Deque<Event> asks = new ArrayDeque<>();
    private final BitSet settled;

    /**
     * @param numbers one more than the highest number of an ask
     */
    Collector(int numbers) {
        settled = new BitSet(numbers);
    }

    void sent(Event event) {
        if (event.role() == Role.ASK) {
            asks.addLast(event);
            if (asks.size() > MOST) {
                asks.removeFirst();
            }
        } else if (event.role() == Role.SETTLING) {
            settled.set(event.number());
        }
    }

    /** Remembered asks whose outcome has been sent, in the order in which they were. */
    List<Event> settled() {
        return asks.stream().filter(ask -> settled.get(ask.number())).toList();
    }
}
