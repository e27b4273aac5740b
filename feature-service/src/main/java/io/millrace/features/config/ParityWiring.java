package io.millrace.features.config;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.offline.OfflineHistory;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.parity.ParityCheck;
import io.millrace.features.app.parity.ParityMeter;
import io.millrace.features.app.parity.ParitySampler;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Makes the parity check of the configuration and lets it run. */
@Singleton
public class ParityWiring {
    private static final Logger LOG = Logger.getLogger(ParityWiring.class);

    private final ScheduledExecutorService clockwork = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("parity").factory());

    @Produces
    @Singleton
    ParitySampler sampler(ParityConfig config, ParityMeter meter) {
        return new ParitySampler(config.sampleRatio(), config.maxWaiting(), meter);
    }

    @Produces
    @Singleton
    ParityCheck check(
            ParitySampler sampler,
            Catalog catalog,
            OfflineStore store,
            OfflineHistory history,
            ParityMeter meter,
            InstantSource clock,
            ParityConfig config) {
        return new ParityCheck(
                sampler,
                catalog,
                store,
                history,
                meter,
                clock,
                new ParityCheck.Bounds(config.maxWaiting(), config.patience(), config.kept()));
    }

    void begin(@Observes StartupEvent event, ParityCheck check, ParityConfig config) {
        long millis = config.interval().toMillis();
        clockwork.scheduleWithFixedDelay(() -> round(check), millis, millis, TimeUnit.MILLISECONDS);
    }

    void end(@Observes ShutdownEvent event) {
        clockwork.shutdownNow();
    }

    /** A round that fails is said, and the next one comes all the same. */
    private static void round(ParityCheck check) {
        try {
            check.round();
        } catch (RuntimeException e) {
            LOG.error("A round of the parity check failed", e);
        }
    }
}
