package io.millrace.gate;

import io.quarkus.arc.DefaultBean;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The default: everybody may do everything, and the log says so at start. */
@ApplicationScoped
@DefaultBean
public class OpenAccess implements AccessPolicy {
    private static final Logger LOG = Logger.getLogger(OpenAccess.class);

    void announce(@Observes StartupEvent start) {
        LOG.warn(
                "Access control is off: every caller may do everything. Keep this service on loopback or behind a proxy.");
    }

    @Override
    public Caller admit(String operation, Function<String, @Nullable String> credentials) {
        return Caller.ANONYMOUS;
    }
}
