package io.millrace.features.kafka;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.DefinitionStore;
import io.millrace.features.app.DurableStore;
import io.millrace.features.app.VectorIndex;
import io.millrace.features.app.deletion.DeletionLog;
import io.millrace.features.app.deletion.VoidFilter;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.telemetry.FeatureMetrics;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.InstantSource;
import org.jboss.logging.Logger;

/** Runs one feed per view version that has a vector, as versions come and go. Work is done by one thread of its own, in the order of the changes. */
@ApplicationScoped
public class KafkaVectorFeeds {
    private static final Logger LOG = Logger.getLogger(KafkaVectorFeeds.class);

    private final Topics topics;
    private final DurableStore store;
    private final VectorIndex index;
    private final VoidFilter voids;
    private final FeaturesConfig config;
    private final Readers readers;
    private final InstantSource clock;
    private final FeatureMetrics metrics;
    private final SourceLoops loops;
    private final PerView<RunningFeed> feeds;

    public KafkaVectorFeeds(
            Catalog catalog,
            DefinitionStore definitions,
            KafkaClients clients,
            Topics topics,
            OwnTopics own,
            DurableStore store,
            VectorIndex index,
            DeletionLog deletions,
            VoidFilter voids,
            FeaturesConfig config,
            Readers readers,
            InstantSource clock,
            FeatureMetrics metrics) {
        this.loops = new SourceLoops(clients, topics, own, config);
        this.feeds = new PerView<>("vector-feeds", catalog, definitions, deletions, new Feeds());
        this.topics = topics;
        this.store = store;
        this.index = index;
        this.voids = voids;
        this.config = config;
        this.readers = readers;
        this.clock = clock;
        this.metrics = metrics;
    }

    void start(@Observes StartupEvent event) {
        metrics.gauge(FeatureMetrics.VECTOR_LAG_MAX, this, KafkaVectorFeeds::maxLag);
        feeds.start(config.ingestion().topicCheck());
    }

    void stop(@Observes ShutdownEvent event) {
        feeds.close();
    }

    private final class Feeds implements PerView.Work<RunningFeed> {
        @Override
        public boolean wants(FeatureView view) {
            return view.features().stream().anyMatch(feature -> feature.metric().isPresent());
        }

        @Override
        public RunningFeed start(FeatureView view) {
            var feed = new VectorFeed(view, index, voids, store, topics, () -> readers.online(view), clock);
            return RunningFeed.start(
                    "vectors-" + view.id(),
                    view,
                    feed,
                    loops.of(view, VectorFeed.group(view.id()), false, metrics::retried));
        }

        @Override
        public boolean drop(ViewId id) {
            try {
                index.drop(id);
                return true;
            } catch (RuntimeException e) {
                LOG.warnf(e, "%s: retired, but its vector index is not deleted yet; trying again", id);
                return false;
            }
        }
    }

    private double maxLag() {
        return RunningFeed.maxLag(feeds.running());
    }
}
