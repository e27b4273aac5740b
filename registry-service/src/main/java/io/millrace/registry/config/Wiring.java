package io.millrace.registry.config;

import io.millrace.registry.app.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;

/** Gives the use cases their clock, and their settings within bounds. */
@ApplicationScoped
public class Wiring {
    private static final long GIB = 1L << 30;

    @Produces
    @Singleton
    InstantSource clock() {
        return InstantSource.system();
    }

    /**
     * @throws IllegalArgumentException where a setting is out of its bounds, so that the service does not start
     */
    @Produces
    @Singleton
    Settings settings(RegistryConfig config) {
        RegistryConfig.Catalogue catalogue = config.catalogue();
        RegistryConfig.Validation validation = config.validation();
        atLeast("validation.memory-limit", 16 << 20, validation.memoryLimit().asLongValue(), Long.MAX_VALUE);
        atLeast("validation.threads", 1, validation.threads(), 256);
        atLeast("validation.sql-timeout", 1, validation.sqlTimeout().toSeconds(), 3_600);
        return new Settings(
                new Settings.Catalogue(
                        positive("catalogue.read-wait", catalogue.readWait()),
                        positive("catalogue.retry-interval", catalogue.retryInterval()),
                        atLeast("catalogue.max-size", 1, catalogue.maxSize().asLongValue(), Long.MAX_VALUE),
                        (int) atLeast("catalogue.old-revisions", 1, catalogue.oldRevisions(), Integer.MAX_VALUE)),
                new Settings.Validation(
                        (int) atLeast("validation.concurrency", 1, validation.concurrency(), 1_000),
                        positive("validation.queue-wait", validation.queueWait()),
                        atLeast("validation.max-rows", 1, validation.maxRows(), Long.MAX_VALUE),
                        atLeast("validation.max-size", 1, validation.maxSize().asLongValue(), GIB),
                        atLeast("validation.max-distinct-keys", 1, validation.maxDistinctKeys(), Long.MAX_VALUE)));
    }

    private static Duration positive(String key, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException("millrace.registry." + key + " must be positive, was " + value);
        }
        return value;
    }

    private static long atLeast(String key, long least, long value, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "millrace.registry." + key + " must be " + least + " to " + most + ", was " + value);
        }
        return value;
    }
}
