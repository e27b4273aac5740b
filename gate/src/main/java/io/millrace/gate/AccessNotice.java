package io.millrace.gate;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;

/** Says in the log at start where access control is off. */
@ApplicationScoped
public class AccessNotice {
    private static final Logger LOG = Logger.getLogger(AccessNotice.class);

    void announce(@Observes StartupEvent start, AccessPolicy policy) {
        if (policy instanceof OpenAccess) {
            LOG.warn(
                    "Access control is off: every caller may do everything. Keep this service on loopback or behind a proxy.");
        }
    }
}
