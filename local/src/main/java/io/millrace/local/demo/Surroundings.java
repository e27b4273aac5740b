package io.millrace.local.demo;

import io.millrace.local.replay.Event;

/** What a scenario runs beside the platform, edge nodes for example. */
public interface Surroundings extends AutoCloseable {
    /** Told of each event right after it was sent. */
    void sent(Event event);

    @Override
    void close();

    /** A scenario that needs nothing. */
    static Surroundings none() {
        return new Surroundings() {
            @Override
            public void sent(Event event) {}

            @Override
            public void close() {}
        };
    }
}
