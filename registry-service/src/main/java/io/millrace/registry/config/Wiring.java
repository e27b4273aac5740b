package io.millrace.registry.config;

import io.millrace.gate.ConfigBounds;
import io.millrace.registry.app.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
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
        var bounds = new ConfigBounds("millrace.registry");
        bounds.positive("catalogue.read-wait", catalogue.readWait());
        bounds.positive("catalogue.retry-interval", catalogue.retryInterval());
        bounds.size("catalogue.max-size", catalogue.maxSize(), 1, Long.MAX_VALUE);
        bounds.number("catalogue.old-revisions", catalogue.oldRevisions(), 1, Integer.MAX_VALUE);
        bounds.number("validation.concurrency", validation.concurrency(), 1, 1_000);
        bounds.positive("validation.queue-wait", validation.queueWait());
        bounds.size("validation.max-size", validation.maxSize(), 1, GIB);
        bounds.number("validation.max-rows", validation.maxRows(), 1, Long.MAX_VALUE);
        bounds.number("validation.max-distinct-keys", validation.maxDistinctKeys(), 1, Long.MAX_VALUE);
        bounds.size("validation.memory-limit", validation.memoryLimit(), 16 << 20, Long.MAX_VALUE);
        bounds.number("validation.threads", validation.threads(), 1, 256);
        bounds.time("validation.sql-timeout", validation.sqlTimeout(), "PT1S", "PT1H");
        bounds.refuseFaults();
        return new Settings(
                new Settings.Catalogue(
                        catalogue.readWait(),
                        catalogue.retryInterval(),
                        catalogue.maxSize().asLongValue(),
                        catalogue.oldRevisions()),
                new Settings.Validation(
                        validation.concurrency(),
                        validation.queueWait(),
                        validation.maxRows(),
                        validation.maxSize().asLongValue(),
                        validation.maxDistinctKeys()));
    }
}
