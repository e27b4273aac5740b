package io.millrace.registry.app;

import io.millrace.registry.domain.validation.Check;
import java.time.Duration;

/** What the registry counts. */
public interface RegistryMeter {
    /** How a registration ended. */
    enum RegistrationOutcome {
        CREATED,
        UNCHANGED,
        REFUSED,
        UNAVAILABLE
    }

    /** Where a read was answered from. */
    enum ReadSource {
        STORE,
        CACHE,
        NONE
    }

    void registration(RegistrationOutcome outcome);

    void read(ReadSource source);

    void validation(RowFormat format, Duration took, long rows);

    void issue(Check check);
}
