package io.millrace.features.kafka;

import io.millrace.features.app.deletion.EntityDeletions;
import io.millrace.features.app.deletion.SourcePositions;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.SourcePartition;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Finishes deletions in the background, and says for them where the logs of views end. */
@ApplicationScoped
public class DeletionWorker implements SourcePositions {
    private static final Logger LOG = Logger.getLogger(DeletionWorker.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Instance<EntityDeletions> deletions;
    private final SourceEnds ends;
    private final OwnTopics own;
    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("deletions").daemon().factory());

    public DeletionWorker(Instance<EntityDeletions> deletions, SourceEnds ends, OwnTopics own) {
        this.deletions = deletions;
        this.ends = ends;
        this.own = own;
    }

    void start(@Observes StartupEvent event) {
        worker.scheduleWithFixedDelay(this::finishOrSay, 0, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    void stop(@Observes ShutdownEvent event) {
        worker.shutdownNow();
    }

    private void finishOrSay() {
        try {
            deletions.get().finish();
        } catch (RuntimeException e) {
            LOG.warnf("A deletion could not be finished; trying again: %s", e.getMessage());
        }
    }

    @Override
    public CompletableFuture<Map<SourcePartition, Long>> ends(FeatureView view, Duration patience) {
        if (!(view.source() instanceof Source.Topic)) {
            own.ensurePushLog();
        }
        String topic = SourceLoops.topic(view);
        return ends.of(topic)
                .exceptionallyCompose(failure -> Topics.isAbsence(failure)
                        ? CompletableFuture.completedFuture(Map.of())
                        : CompletableFuture.failedFuture(failure))
                .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
    }
}
