package io.millrace.features.kafka;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.features.app.Catalog;
import io.millrace.features.app.DurableStore;
import io.millrace.features.app.EventTimeBound;
import io.millrace.features.app.MemoryDefinitions;
import io.millrace.features.app.Projectors;
import io.millrace.features.app.deletion.MemoryDeletions;
import io.millrace.features.app.deletion.VoidFilter;
import io.millrace.features.app.deletion.Voids;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.telemetry.FeatureMetrics;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/** The loops of one replica of the service, on a store that the test has opened. */
final class Replica implements AutoCloseable {
    final Catalog catalog = new Catalog();
    final ViewIngestions ingestions;
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Topics topics;
    private final SoleReplica sole;

    Replica(DurableStore store, boolean shared, String bootstrap, FeatureView... views) {
        this(store, shared ? Map.of("online-store.kind", "redis") : Map.of(), bootstrap, views);
    }

    /** @param settings of {@code millrace.features} */
    Replica(DurableStore store, Map<String, String> settings, String bootstrap, FeatureView... views) {
        FeaturesConfig config = TestConfig.fast(settings);
        var clients = new KafkaClients(Map.of("bootstrap.servers", bootstrap), config);
        this.topics = new Topics(clients, config);
        this.sole = new SoleReplica(store, clients, "replicas." + views[0].id());
        var voids = new Voids();
        this.ingestions = new ViewIngestions(
                catalog,
                new MemoryDefinitions(catalog),
                new MemoryDeletions(voids),
                new VoidFilter(voids),
                clients,
                topics,
                new SourceEnds(topics),
                new OwnTopics(topics, config),
                store,
                sole,
                new NoOfflineStore(),
                config,
                new Readers(
                        new Projectors(Optional.empty()),
                        new EventTimeBound(Duration.ofDays(1)),
                        InstantSource.system(),
                        config),
                new FeatureMetrics(meters));
        for (FeatureView view : views) {
            catalog.put(view);
        }
        sole.start(new StartupEvent());
        ingestions.start(new StartupEvent());
    }

    @Override
    public void close() {
        ingestions.stop(new ShutdownEvent());
        sole.stop(new ShutdownEvent());
        topics.stop(new ShutdownEvent());
    }
}
