package io.millrace.features.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.features.app.EventTimeBound;
import io.millrace.features.app.IngestionReport.State;
import io.millrace.features.app.Views;
import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.projection.EventProjector;
import io.millrace.features.offline.TestOfflineStore;
import io.millrace.features.telemetry.OfflineMetrics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OfflineFeedTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final TestLoops loops = new TestLoops();
    private final AtomicBoolean behindOnline = new AtomicBoolean();
    private Duration interval = Duration.ofMillis(100);
    private final String topic = "offline-" + UUID.randomUUID();
    private final FeatureView view = Views.view(Views.activity("o" + Math.abs(topic.hashCode()), "v1", topic));

    @AfterEach
    void stop() {
        loops.close();
    }

    private SourceLoop start(OfflineStore into, boolean shared, int flushRows) {
        var feed = new OfflineFeed(
                view,
                into,
                () -> new TopicRecords(
                        EventProjector.of(view), new EventTimeBound(Duration.ofDays(1)), InstantSource.system()),
                new OfflineFeed.Flush(interval, flushRows, 1 << 20),
                behindOnline::get,
                new OfflineMetrics(new SimpleMeterRegistry()));
        return loops.feed("offline-" + view.id(), topic, OfflineFeed.group(view.id()), shared, feed);
    }

    private static String event(double amount) {
        return "{\"user\": " + (long) amount % 7 + ", \"at\": \"2026-03-0" + (1 + (long) amount % 2)
                + "T09:00:00Z\", \"amount\": " + amount + "}";
    }

    private static List<String> events(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> event(i)).toList();
    }

    private List<Double> amounts(OfflineStore store) {
        return TestOfflineStore.rows(store, view).stream()
                .map(row -> ((FeatureValue.Real) row.event().fields().getFirst()).value())
                .sorted()
                .toList();
    }

    private static List<Double> numbers(int to) {
        return IntStream.range(0, to).asDoubleStream().boxed().toList();
    }

    @Test
    void whatATopicHasIsKeptWithItsPlaceInTheLog() {
        OfflineStore store = TestOfflineStore.of(directory);
        TestBroker.createTopic(topic, 2);
        SourceLoop loop = start(store, false, 1_000);
        TestBroker.produce(topic, 0, event(0), "no json", event(1));
        TestBroker.produce(topic, 1, event(2));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(amounts(store)).isEqualTo(numbers(3)));
        List<OfflineRow> rows = TestOfflineStore.rows(store, view);
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.event().position().source().topic()).isEqualTo(topic);
            assertThat(row.arrivedMicros()).isGreaterThan(1_700_000_000_000_000L);
            assertThat(row.late()).isFalse();
        });
        assertThat(rows.stream().map(row -> row.event().position().offset())).containsExactlyInAnyOrder(0L, 2L, 0L);
        assertThat(loop.condition().state()).isEqualTo(State.RUNNING);
        try (OfflineSnapshot snapshot = store.snapshot(view.id())) {
            assertThat(snapshot.positions().values()).containsExactlyInAnyOrder(3L, 1L);
        }
    }

    @Test
    void eachEventIsThereOnceWhateverStepOfAnyWriteFails() {
        var random = new Random(20260301);
        OfflineStore faulty = TestOfflineStore.faulty(directory, () -> random.nextInt(4) == 0);
        TestBroker.createTopic(topic, 1);
        start(faulty, false, 40);
        TestBroker.produceQuickly(topic, events(0, 200));
        await().atMost(PATIENCE).until(() -> amounts(faulty).size() >= 100);
        TestBroker.produceQuickly(topic, events(200, 500));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(amounts(faulty)).hasSizeGreaterThanOrEqualTo(500));
        assertThat(amounts(faulty)).isEqualTo(numbers(500));
    }

    @Test
    void replicasShareTheWorkAndTakeOverFromOneThatEnds() {
        OfflineStore first = TestOfflineStore.of(directory);
        OfflineStore second = TestOfflineStore.of(directory);
        TestBroker.createTopic(topic, 2);
        SourceLoop leaving = start(first, true, 50);
        start(second, true, 50);
        TestBroker.produceQuickly(topic, events(0, 300));
        for (int i = 300; i < 330; i++) {
            TestBroker.produce(topic, i % 2, event(i));
        }
        await().atMost(PATIENCE).until(() -> amounts(first).size() > 150);
        leaving.stop();
        TestBroker.produceQuickly(topic, events(330, 500));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(amounts(first)).hasSizeGreaterThanOrEqualTo(500));
        assertThat(amounts(second)).isEqualTo(numbers(500));
    }

    @Test
    void whatIsFarFromBeingAppliedOnlineWaitsAndIsKeptAfterwards() {
        OfflineStore store = TestOfflineStore.of(directory);
        TestBroker.createTopic(topic, 2);
        interval = Duration.ofMinutes(10);
        SourceLoop loop = start(store, false, 5);
        TestBroker.produceQuickly(topic, events(0, 10));
        await().atMost(PATIENCE).until(() -> amounts(store).size() >= 5);

        behindOnline.set(true);
        await().during(Duration.ofSeconds(1))
                .atMost(PATIENCE)
                .until(() -> amounts(store).size() <= 10);
        TestBroker.produceQuickly(topic, events(10, 500));
        await().during(Duration.ofSeconds(1))
                .atMost(PATIENCE)
                .until(() -> amounts(store).size() <= 10);
        assertThat(loop.condition().state()).isEqualTo(State.RUNNING);

        behindOnline.set(false);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(amounts(store)).hasSizeGreaterThanOrEqualTo(496));
        loop.stop();
        assertThat(amounts(store)).isEqualTo(numbers(500));
    }

    @Test
    void whatIsFarFromBeingAppliedOnlineIsKeptOnceInEachInterval() {
        OfflineStore store = TestOfflineStore.of(directory);
        TestBroker.createTopic(topic, 1);
        behindOnline.set(true);
        start(store, false, 1_000);
        TestBroker.produceQuickly(topic, events(0, 200));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(amounts(store)).isEqualTo(numbers(200)));
    }
}
