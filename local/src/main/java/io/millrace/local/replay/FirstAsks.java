package io.millrace.local.replay;

import io.millrace.local.replay.Event.Role;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** The first of some events: until so many asks are among them. What follows stays for the next reader. */
public final class FirstAsks implements Iterator<Event> {
    private final Iterator<Event> events;
    private int left;

    public FirstAsks(Iterator<Event> events, int asks) {
        this.events = events;
        this.left = asks;
    }

    @Override
    public boolean hasNext() {
        return left > 0 && events.hasNext();
    }

    @Override
    public Event next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Event event = events.next();
        left -= event.role() == Role.ASK ? 1 : 0;
        return event;
    }
}
