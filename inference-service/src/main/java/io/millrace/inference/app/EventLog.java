package io.millrace.inference.app;

import io.millrace.inference.domain.ServiceEvent;

/** Where the service tells what happened. Thread-safe; never waits and never throws: what cannot be kept is counted and dropped. */
@FunctionalInterface
public interface EventLog {
    void record(ServiceEvent event);

    /** Tells an event that may be told again: under the same id. */
    default void record(String id, ServiceEvent event) {
        record(event);
    }

    /** Tells nobody. */
    EventLog NONE = event -> {};
}
