package io.millrace.features.kafka;

import io.millrace.features.app.AppliedBarrier;
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
import io.millrace.features.kernel.ViewId;
import io.millrace.features.telemetry.OfflineMetrics;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.HashMap;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * Runs one feed of the offline store per view version that the catalog has, and deletes the files of a version that was retired.
 */
@ApplicationScoped
public class KafkaOfflineFeeds implements OfflineFeeds {
    private static final Logger LOG = Logger.getLogger(KafkaOfflineFeeds.class);

    /** Records that are not applied online, from which on the feed waits. */
    private static final long FAR_BEHIND = 10_000;

    private final Topics topics;
    private final OfflineStore store;
    private final FeaturesConfig config;
    private final OfflineStoreConfig settings;
    private final Readers readers;
    private final AppliedBarrier online;
    private final OfflineMetrics metrics;
    private final SourceLoops loops;
    private final PerView<RunningFeed> feeds;

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
            AppliedBarrier online,
            OfflineMetrics metrics) {
        this.loops = new SourceLoops(clients, topics, own, config);
        this.feeds = new PerView<>("offline-feeds", catalog, definitions, deletions, new Feeds());
        this.topics = topics;
        this.store = filter.of(store);
        this.config = config;
        this.settings = settings;
        this.readers = readers;
        this.online = online;
        this.metrics = metrics;
    }

    void start(@Observes StartupEvent event) {
        if (!settings.enabled()) {
            return;
        }
        metrics.feeds(this, KafkaOfflineFeeds::inState);
        metrics.gauge(OfflineMetrics.LAG_MAX, this, KafkaOfflineFeeds::maxLag);
        feeds.start(config.ingestion().topicCheck());
    }

    void stop(@Observes ShutdownEvent event) {
        feeds.close();
    }

    private final class Feeds implements PerView.Work<RunningFeed> {
        @Override
        public RunningFeed start(FeatureView view) {
            var feed = new OfflineFeed(
                    view,
                    store,
                    () -> readers.offline(view),
                    new OfflineFeed.Flush(
                            settings.flushInterval(),
                            settings.flushRows(),
                            settings.flushSize().asLongValue()),
                    () -> online.lag(view.id()) > FAR_BEHIND,
                    metrics);
            return RunningFeed.start(
                    "offline-" + view.id(),
                    view,
                    feed,
                    loops.of(view, OfflineFeed.group(view.id()), loops.isShared(), metrics::retried));
        }

        @Override
        public boolean drop(ViewId id) {
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
    }

    private double maxLag() {
        return RunningFeed.maxLag(feeds.running());
    }

    private double inState(State state) {
        return feeds.running().stream()
                .filter(each -> each.loop().condition().state() == state)
                .count();
    }

    @Override
    public Map<ViewId, Report> reports() {
        Map<ViewId, Report> reports = new HashMap<>();
        feeds.running().forEach(each -> {
            SourceLoop.Condition condition = each.loop().condition();
            reports.put(
                    each.view().id(),
                    new Report(
                            condition.state(), condition.detail(), each.feed().lag()));
        });
        return reports;
    }
}
