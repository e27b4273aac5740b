package io.millrace.inference.app.deploy;

import io.millrace.inference.domain.ServiceEvent;

/** Where the answers of shadows go. Thread-safe; never waits and never throws: what cannot be kept is counted and dropped. */
@FunctionalInterface
public interface ShadowLog {
    void record(ServiceEvent answer);
}
