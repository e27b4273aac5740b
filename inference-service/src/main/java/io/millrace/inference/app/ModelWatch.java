package io.millrace.inference.app;

import io.millrace.inference.config.InferenceConfig;
import io.millrace.inference.domain.ModelState;
import io.millrace.inference.telemetry.InferenceMetrics;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/** Looks at the model repository again and again, first at start, on a thread of its own. */
@ApplicationScoped
public class ModelWatch {
    private static final Logger LOG = Logger.getLogger(ModelWatch.class);

    private final ModelCatalog catalog;
    private final Duration interval;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("model-watch").daemon().factory());

    public ModelWatch(ModelCatalog catalog, InferenceConfig config, InferenceMetrics metrics) {
        this.catalog = catalog;
        this.interval = config.models().pollInterval();
        if (interval.compareTo(Duration.ofMillis(100)) < 0) {
            throw new IllegalArgumentException(
                    "millrace.inference.models.poll-interval must be at least 100 ms, was " + interval);
        }
        metrics.models(
                () -> count(listing -> !listing.digest().isEmpty()),
                () -> count(listing -> listing.state() != ModelState.WITHHELD
                        && !listing.reason().isEmpty()));
    }

    void start(@Observes StartupEvent start) {
        thread.scheduleWithFixedDelay(this::look, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    void stop(@Observes ShutdownEvent stop) {
        thread.shutdownNow();
    }

    private void look() {
        try {
            catalog.refresh();
        } catch (RuntimeException | LinkageError e) {
            LOG.error("Looking at the model repository failed; the next look comes in " + interval, e);
        }
    }

    private long count(Predicate<ModelCatalog.Listing> which) {
        return catalog.list().stream().filter(which).count();
    }
}
