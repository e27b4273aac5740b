package io.millrace.features.kafka;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.DefinitionStore;
import io.millrace.features.app.VectorIndex;
import io.millrace.features.app.deletion.DeletionLog;
import io.millrace.features.app.deletion.VoidFilter;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.telemetry.FeatureMetrics;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Runs one feed per view version that has a vector, as versions come and go. Work is done by one thread of its own, in the order of the changes. */
@ApplicationScoped
public class KafkaVectorFeeds {
    private static final Logger LOG = Logger.getLogger(KafkaVectorFeeds.class);

    private final Catalog catalog;
    private final DefinitionStore definitions;
    private final KafkaClients clients;
    private final Topics topics;
    private final OwnTopics own;
    private final VectorIndex index;
    private final DeletionLog deletions;
    private final VoidFilter voids;
    private final FeaturesConfig config;
    private final Readers readers;
    private final InstantSource clock;
    private final FeatureMetrics metrics;
    private final Map<ViewId, Running> running = new ConcurrentHashMap<>();

    /** Retired versions whose index is still there. Used by the worker alone, as the count of those that were heard of. */
    private final Set<ViewId> undropped = new HashSet<>();

    private int retirements;

    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("vector-feeds").daemon().factory());

    private record Running(FeatureView view, VectorFeed feed, SourceLoop loop) {}

    public KafkaVectorFeeds(
            Catalog catalog,
            DefinitionStore definitions,
            KafkaClients clients,
            Topics topics,
            OwnTopics own,
            VectorIndex index,
            DeletionLog deletions,
            VoidFilter voids,
            FeaturesConfig config,
            Readers readers,
            InstantSource clock,
            FeatureMetrics metrics) {
        this.catalog = catalog;
        this.definitions = definitions;
        this.clients = clients;
        this.topics = topics;
        this.own = own;
        this.index = index;
        this.deletions = deletions;
        this.voids = voids;
        this.config = config;
        this.readers = readers;
        this.clock = clock;
        this.metrics = metrics;
    }

    void start(@Observes StartupEvent event) {
        metrics.gauge(FeatureMetrics.VECTOR_LAG_MAX, this, KafkaVectorFeeds::maxLag);
        catalog.onChange(() -> worker.execute(this::reconcileOrSay));
        long check = config.ingestion().topicCheck().toMillis();
        worker.scheduleWithFixedDelay(this::reconcileOrSay, 0, check, TimeUnit.MILLISECONDS);
    }

    void stop(@Observes ShutdownEvent event) {
        worker.shutdownNow();
        running.values().parallelStream().forEach(each -> each.loop().stop());
        running.clear();
    }

    /** A schedule ends with the first exception of its task: the next look shall come whatever happens in this one. */
    private void reconcileOrSay() {
        try {
            reconcile();
        } catch (RuntimeException e) {
            LOG.error("Feeds of vector indexes could not be started or stopped as defined; trying again", e);
        }
    }

    private void reconcile() {
        if (!definitions.isCurrent() || !deletions.isCurrent()) {
            return;
        }
        running.values().stream().filter(each -> !isServed(each)).forEach(this::retire);
        List<ViewId> retired = catalog.retiredFrom(retirements);
        retirements += retired.size();
        retired.stream()
                .filter(id -> catalog.find(id).isEmpty() && !running.containsKey(id))
                .forEach(undropped::add);
        undropped.removeIf(this::drop);
        for (FeatureView view : catalog.all()) {
            if (hasVector(view) && !undropped.contains(view.id())) {
                running.computeIfAbsent(view.id(), _ -> started(view));
            }
        }
    }

    private static boolean hasVector(FeatureView view) {
        return view.features().stream().anyMatch(feature -> feature.metric().isPresent());
    }

    /** The object, not its content: a version that was retired and applied again with the same content is another one. */
    @SuppressWarnings("ReferenceEquality") // reason: see above
    private boolean isServed(Running feed) {
        return catalog.find(feed.view().id())
                .filter(view -> view == feed.view())
                .isPresent();
    }

    private void retire(Running feed) {
        if (feed.loop().stop()) {
            undropped.add(feed.view().id());
            running.remove(feed.view().id());
        }
    }

    /** Deletes the index of a retired version; where that fails it is said and tried again at the next look. */
    private boolean drop(ViewId id) {
        try {
            index.drop(id);
            return true;
        } catch (RuntimeException e) {
            LOG.warnf(e, "%s: retired, but its vector index is not deleted yet; trying again", id);
            return false;
        }
    }

    private Running started(FeatureView view) {
        var feed = new VectorFeed(view, index, voids, () -> readers.online(view), clock);
        var wiring = new SourceLoop.Wiring(
                clients,
                topics,
                topic(view),
                VectorFeed.group(view.id()),
                false,
                switch (view.source()) {
                    case Source.Topic _ -> () -> {};
                    case Source.Push _, Source.Batch _ -> own::ensurePushLog;
                },
                config.ingestion().minBackoff(),
                config.ingestion().maxBackoff(),
                metrics::retried);
        var loop = new SourceLoop("vectors-" + view.id(), wiring, feed);
        loop.start();
        return new Running(view, feed, loop);
    }

    private static String topic(FeatureView view) {
        return switch (view.source()) {
            case Source.Topic source -> source.topic();
            case Source.Push _, Source.Batch _ -> OwnTopics.PUSH_LOG;
        };
    }

    private double maxLag() {
        return running.values().stream()
                .mapToLong(each -> each.feed().lag())
                .max()
                .orElse(0);
    }
}
