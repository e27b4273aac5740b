package io.millrace.features.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Gauge;
import io.millrace.features.app.HistoryStore;
import io.millrace.features.app.Views;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.telemetry.FeatureMetrics;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ViewIngestionsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HistoryStore store = new HistoryStore();
    private final String topic = "activity-" + UUID.randomUUID();
    private final String yaml = Views.activity("v" + Math.abs(topic.hashCode()), "v1", topic);
    private final FeatureView view = Views.view(yaml);
    private final Replica replica = new Replica(store, false, TestBroker.bootstrap(), view);

    @AfterEach
    void stop() {
        replica.close();
    }

    @Test
    void aVersionThatComesBackBeginsAnewAlsoWhereItsStateCouldNotBeDeletedAtOnce() {
        TestBroker.createTopic(topic, 1);
        TestBroker.produce(topic, 0, "{\"user\": 1001, \"at\": \"2026-03-02T09:00:00Z\", \"amount\": 1.0}");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(store.applied()).hasSize(1));
        store.failuresToDrop.set(3);

        replica.catalog.remove(view.id());
        replica.catalog.put(Views.view(yaml));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(store.applied()).hasSize(2));
        assertThat(store.failuresToDrop).hasValue(0);
        assertThat(store.positions(view.id()).values()).containsExactly(1L);
    }

    @Test
    void theNewestEventOfAViewIsShownWhileTheViewIsThere() {
        TestBroker.createTopic(topic, 1);
        TestBroker.produce(topic, 0, "{\"user\": 1001, \"at\": \"2026-03-02T09:00:00.5Z\", \"amount\": 1.0}");

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(newest())
                .extracting(Gauge::value)
                .isEqualTo(Instant.parse("2026-03-02T09:00:00Z").getEpochSecond() + 0.5));
        replica.catalog.remove(view.id());

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(newest()).isNull());
    }

    private @Nullable Gauge newest() {
        return replica.meters
                .find(FeatureMetrics.NEWEST_EVENT_TIME)
                .tag("view", view.id().toString())
                .gauge();
    }
}
