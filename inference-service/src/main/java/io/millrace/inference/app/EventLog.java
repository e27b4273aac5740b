package io.millrace.inference.app;

import io.millrace.inference.domain.ServiceEvent;

/** Where the service tells what happened. Thread-safe; never waits and never throws: what cannot be kept is counted and dropped. */
@FunctionalInterface
public interface EventLog {
    void record(ServiceEvent event);

    /** Tells nobody. */
    EventLog NONE = event -> {};
}
