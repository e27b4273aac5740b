package io.millrace.features.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.features.app.Catalog;
import io.millrace.features.app.EventTimeBound;
import io.millrace.features.app.HistoryStore;
import io.millrace.features.app.MemoryDefinitions;
import io.millrace.features.app.Projectors;
import io.millrace.features.app.Views;
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
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ViewIngestionsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final FeaturesConfig config = TestConfig.fast();
    private final KafkaClients clients = new KafkaClients(Map.of("bootstrap.servers", TestBroker.bootstrap()), config);
    private final Topics topics = new Topics(clients, config);
    private final Catalog catalog = new Catalog();
    private final HistoryStore store = new HistoryStore();
    private final String topic = "activity-" + UUID.randomUUID();
    private final String yaml = Views.activity("v" + Math.abs(topic.hashCode()), "v1", topic);
    private final ViewIngestions ingestions = new ViewIngestions(
            catalog,
            new MemoryDefinitions(catalog),
            new MemoryDeletions(new Voids()),
            new VoidFilter(new Voids()),
            clients,
            topics,
            new SourceEnds(topics),
            new OwnTopics(topics, config),
            store,
            new SoleReplica(store, clients),
            new NoOfflineStore(),
            config,
            new Readers(
                    new Projectors(Optional.empty()),
                    new EventTimeBound(Duration.ofDays(1)),
                    InstantSource.system(),
                    config),
            new FeatureMetrics(new SimpleMeterRegistry()));

    @AfterEach
    void stop() {
        ingestions.stop(new ShutdownEvent());
        topics.stop(new ShutdownEvent());
    }

    @Test
    void aVersionThatComesBackBeginsAnewAlsoWhereItsStateCouldNotBeDeletedAtOnce() {
        TestBroker.createTopic(topic, 1);
        TestBroker.produce(topic, 0, "{\"user\": 1001, \"at\": \"2026-03-02T09:00:00Z\", \"amount\": 1.0}");
        ingestions.start(new StartupEvent());
        FeatureView view = Views.view(yaml);
        catalog.put(view);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(store.applied()).hasSize(1));
        store.failuresToDrop.set(3);

        catalog.remove(view.id());
        catalog.put(Views.view(yaml));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(store.applied()).hasSize(2));
        assertThat(store.failuresToDrop).hasValue(0);
        assertThat(store.positions(view.id()).values()).containsExactly(1L);
    }
}
