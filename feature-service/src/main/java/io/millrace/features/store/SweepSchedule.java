package io.millrace.features.store;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.DurableStore;
import io.millrace.features.app.DurableStore.Swept;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.features.kernel.FeatureView;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Sweeps all views now and then, at a pace that leaves the store to reads and changes. */
@ApplicationScoped
public class SweepSchedule {
    private static final Logger LOG = Logger.getLogger(SweepSchedule.class);

    private final Catalog catalog;
    private final DurableStore store;
    private final FeaturesConfig config;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private @Nullable Thread thread;

    public SweepSchedule(Catalog catalog, DurableStore store, FeaturesConfig config) {
        this.catalog = catalog;
        this.store = store;
        this.config = config;
    }

    void start(@Observes StartupEvent event) {
        thread = Thread.ofPlatform().name("sweep").daemon().start(this::run);
    }

    /** Waits for the step that is under way: the store is closed behind it. */
    void stop(@Observes ShutdownEvent event) {
        stopped.countDown();
        Thread running = thread;
        if (running != null) {
            try {
                running.join(config.onlineStore().timeout().plusSeconds(1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        while (isOpenAfter(config.onlineStore().sweepInterval().toNanos())) {
            for (FeatureView view : catalog.all()) {
                sweep(view);
            }
        }
    }

    private void sweep(FeatureView view) {
        long pause = TimeUnit.SECONDS.toNanos(DurableStore.SWEEP_STEP)
                / config.onlineStore().sweepRate();
        try {
            Swept swept = store.sweep(view, () -> isOpenAfter(pause));
            if (swept.deleted() > 0) {
                LOG.infof(
                        "%s: %d of %d were behind its horizon and are deleted",
                        view.id(), swept.deleted(), swept.seen());
            }
        } catch (StoreUnavailableException e) {
            LOG.debugf(e, "%s: not swept now", view.id());
        } catch (RuntimeException e) {
            LOG.errorf(e, "%s: the sweep failed; it is tried again", view.id());
        }
    }

    private boolean isOpenAfter(long nanos) {
        try {
            return !stopped.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
