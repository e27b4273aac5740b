package io.millrace.features.kafka;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.DefinitionStore;
import io.millrace.features.app.IngestionReport.State;
import io.millrace.features.app.deletion.DeletionLog;
import io.millrace.features.app.deletion.VoidFilter;
import io.millrace.features.app.offline.OfflineFeeds;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.offline.OfflineStoreException;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.features.config.OfflineStoreConfig;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.telemetry.OfflineMetrics;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Runs one feed of the offline store per view version that the catalog has, and deletes the files of a version that was retired. Work is done by one thread, in the order of the
 * changes.
 */
@ApplicationScoped
public class KafkaOfflineFeeds implements OfflineFeeds {
    private static final Logger LOG = Logger.getLogger(KafkaOfflineFeeds.class);

    private final Catalog catalog;
    private final DefinitionStore definitions;
    private final KafkaClients clients;
    private final DeletionLog deletions;
    private final Topics topics;
    private final OwnTopics own;
    private final OfflineStore store;
    private final FeaturesConfig config;
    private final OfflineStoreConfig settings;
    private final Readers readers;
    private final OfflineMetrics metrics;
    private final Map<ViewId, Running> running = new ConcurrentHashMap<>();

    /** Retired versions whose files are still there. Used by the worker alone, as the count of those that were heard of. */
    private final Set<ViewId> undropped = new HashSet<>();

    private int retirements;

    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("offline-feeds").daemon().factory());

    private record Running(FeatureView view, OfflineFeed feed, SourceLoop loop) {}

    public KafkaOfflineFeeds(
            Catalog catalog,
            DefinitionStore definitions,
            DeletionLog deletions,
            VoidFilter filter,
            KafkaClients clients,
            Topics topics,
            OwnTopics own,
            OfflineStore store,
            FeaturesConfig config,
            OfflineStoreConfig settings,
            Readers readers,
            OfflineMetrics metrics) {
        this.catalog = catalog;
        this.definitions = definitions;
        this.clients = clients;
        this.topics = topics;
        this.own = own;
        this.store = filter.of(store);
        this.deletions = deletions;
        this.config = config;
        this.settings = settings;
        this.readers = readers;
        this.metrics = metrics;
    }

    void start(@Observes StartupEvent event) {
        if (!settings.enabled()) {
            return;
        }
        metrics.feeds(this, KafkaOfflineFeeds::inState);
        metrics.gauge(OfflineMetrics.LAG_MAX, this, KafkaOfflineFeeds::maxLag);
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
            LOG.error("Feeds of the offline store could not be started or stopped as defined; trying again", e);
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
            if (!undropped.contains(view.id())) {
                running.computeIfAbsent(view.id(), _ -> started(view));
            }
        }
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

    /** Deletes the files of a retired version; where that fails it is said and tried again at the next look. */
    private boolean drop(ViewId id) {
        try {
            store.drop(id);
            topics.forgetGroup(OfflineFeed.group(id));
            LOG.infof("%s: retired, its rows for training are deleted", id);
            return true;
        } catch (OfflineStoreException e) {
            LOG.warnf("%s: retired, but its rows for training are not deleted yet: %s", id, e.getMessage());
            return false;
        }
    }

    private Running started(FeatureView view) {
        boolean shared = config.onlineStore().kind() == FeaturesConfig.Kind.REDIS;
        var feed = new OfflineFeed(
                view,
                shared,
                store,
                () -> readers.offline(view),
                new OfflineFeed.Flush(
                        settings.flushInterval(),
                        settings.flushRows(),
                        settings.flushSize().asLongValue()),
                metrics);
        var wiring = new SourceLoop.Wiring(
                clients,
                topics,
                ViewIngestions.topic(view),
                OfflineFeed.group(view.id()),
                shared,
                switch (view.source()) {
                    case Source.Topic _ -> () -> {};
                    case Source.Push _, Source.Batch _ -> own::ensurePushLog;
                },
                config.ingestion().minBackoff(),
                config.ingestion().maxBackoff(),
                metrics::retried);
        var loop = new SourceLoop("offline-" + view.id(), wiring, feed);
        loop.start();
        return new Running(view, feed, loop);
    }

    private double maxLag() {
        return running.values().stream()
                .mapToLong(each -> each.feed().lag())
                .max()
                .orElse(0);
    }

    private double inState(State state) {
        return running.values().stream()
                .filter(each -> each.loop().condition().state() == state)
                .count();
    }

    @Override
    public Map<ViewId, Report> reports() {
        Map<ViewId, Report> reports = new HashMap<>();
        running.values().forEach(each -> {
            SourceLoop.Condition condition = each.loop().condition();
            reports.put(
                    each.view().id(),
                    new Report(
                            condition.state(), condition.detail(), each.feed().lag()));
        });
        return reports;
    }
}
