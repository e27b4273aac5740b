package io.millrace.features.offline;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.DefinitionStore;
import io.millrace.features.app.offline.OfflineStoreException;
import io.millrace.features.config.OfflineStoreConfig;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.telemetry.OfflineMetrics;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Merges small files, forgets days that are too old and removes files that nobody needs any more, view version by view version, in the background. */
@ApplicationScoped
public class Housekeeping {
    private static final Logger LOG = Logger.getLogger(Housekeeping.class);

    private final Catalog catalog;
    private final DefinitionStore definitions;
    private final OfflineStoreConfig settings;
    private final Compaction compaction;
    private final OfflineMetrics metrics;
    private final InstantSource clock;
    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("offline-housekeeping").daemon().factory());

    Housekeeping(
            Catalog catalog,
            DefinitionStore definitions,
            OfflineStoreConfig settings,
            Compaction compaction,
            OfflineMetrics metrics,
            InstantSource clock) {
        this.catalog = catalog;
        this.definitions = definitions;
        this.settings = settings;
        this.compaction = compaction;
        this.metrics = metrics;
        this.clock = clock;
    }

    void start(@Observes StartupEvent event) {
        if (settings.enabled()) {
            long millis = settings.compactionInterval().toMillis();
            worker.scheduleWithFixedDelay(this::all, millis, millis, TimeUnit.MILLISECONDS);
        }
    }

    void stop(@Observes ShutdownEvent event) {
        worker.shutdownNow();
    }

    private void all() {
        if (!definitions.isCurrent()) {
            return;
        }
        for (FeatureView view : catalog.all()) {
            try {
                Duration kept = settings.retention().get(view.id().name());
                if (kept != null) {
                    compaction.expire(
                            view.id(), ParquetFiles.day(clock.instant().minus(kept)));
                }
                metrics.housekept(compaction.merge(view), compaction.sweep(view.id()));
            } catch (IOException | OfflineStoreException e) {
                LOG.warnf("%s: its files for training were not tidied up; trying again: %s", view.id(), e.getMessage());
            } catch (RuntimeException e) {
                LOG.errorf(e, "%s: its files for training could not be tidied up; trying again", view.id());
            }
        }
        try {
            compaction.sweepWork();
        } catch (IOException e) {
            LOG.warnf("What is left of unfinished files could not be removed; trying again: %s", e.getMessage());
        }
    }
}
