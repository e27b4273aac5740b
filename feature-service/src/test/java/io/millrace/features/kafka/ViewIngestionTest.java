package io.millrace.features.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.features.app.EventTimeBound;
import io.millrace.features.app.ForwardingOnlineStore;
import io.millrace.features.app.HistoryStore;
import io.millrace.features.app.IngestionReport.State;
import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.app.Views;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.projection.EventProjector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ViewIngestionTest {
    private static final InstantSource CLOCK = InstantSource.system();

    private final TestLoops loops = new TestLoops();
    private final HistoryStore store = new HistoryStore();
    private final String topic = "activity-" + UUID.randomUUID();
    private final FeatureView view = Views.view(Views.activity("v" + Math.abs(topic.hashCode()), "v1", topic));

    @AfterEach
    void stop() {
        loops.close();
    }

    private ViewIngestion start(OnlineStore into) {
        return start(into, false);
    }

    private ViewIngestion start(OnlineStore into, boolean shared) {
        var future = new EventTimeBound(Duration.ofDays(1));
        return loops.start(view, topic, into, () -> new TopicRecords(EventProjector.of(view), future, CLOCK), shared);
    }

    /** Waits until everything that is in the topic now has been applied. */
    private void awaitCaughtUp(ViewIngestion loop) throws Exception {
        loops.awaitCaughtUp(loop, topic);
    }

    private List<Double> amounts() {
        return store.applied().stream().map(ViewIngestionTest::amount).toList();
    }

    private static double amount(FeatureEvent event) {
        return event.fields().stream()
                .filter(FeatureValue.Real.class::isInstance)
                .map(value -> ((FeatureValue.Real) value).value())
                .findFirst()
                .orElseThrow();
    }

    private static String event(double amount) {
        return "{\"user\": 1001, \"at\": \"2026-03-02T09:00:00Z\", \"amount\": " + amount + "}";
    }

    @Test
    void aTopicThatComesLaterIsWaitedForAndAppliedFromItsFirstRecord() throws Exception {
        ViewIngestion loop = start(store);
        await().atMost(TestLoops.PATIENCE)
                .untilAsserted(() -> assertThat(loop.condition().state()).isEqualTo(State.WAITING_FOR_TOPIC));
        assertThat(loop.condition().detail()).contains(topic);

        TestBroker.createTopic(topic, 2);
        TestBroker.produce(topic, 0, event(1));
        TestBroker.produce(topic, 1, event(2));
        awaitCaughtUp(loop);

        assertThat(amounts()).containsExactlyInAnyOrder(1.0, 2.0);
        await().atMost(TestLoops.PATIENCE)
                .untilAsserted(() -> assertThat(loop.condition().state()).isEqualTo(State.RUNNING));
    }

    @Test
    void completenessGoesPastAbortedTransactionsAndTheirMarkers() throws Exception {
        TestBroker.createTopic(topic, 1);
        ViewIngestion loop = start(store);
        TestBroker.transact(topic, true, event(1), event(2));
        TestBroker.transact(topic, false, event(3));
        awaitCaughtUp(loop);

        assertThat(amounts()).containsExactly(1.0, 2.0);
        // Kafka answers an end of a transaction before its marker is in the partition
        await().atMost(TestLoops.PATIENCE)
                .untilAsserted(
                        () -> assertThat(store.positions(view.id()).values()).containsExactly(5L));
    }

    @Test
    void poisonIsDeadLetteredOnceWhereverItStandsAndStallsNothing() throws Exception {
        TestBroker.createTopic(topic, 1);
        ViewIngestion loop = start(store);
        String future = "{\"user\": 1, \"at\": \"2999-01-01T00:00:00Z\", \"amount\": 9}";
        TestBroker.produce(topic, 0, "{poison", event(1), future, null, event(2), "[]");
        awaitCaughtUp(loop);

        assertThat(amounts()).containsExactly(1.0, 2.0);
        List<ConsumerRecord<byte[], byte[]>> dead = TestBroker.records(topic + ".dlq");
        assertThat(dead.stream().map(record -> TestBroker.header(record, "millrace.reason")))
                .containsExactly("NOT_JSON", "EVENT_TIME_IN_FUTURE", "NOT_AN_OBJECT");
        assertThat(dead.stream().map(record -> TestBroker.header(record, "millrace.source-offset")))
                .containsExactly("0", "2", "5");
        ConsumerRecord<byte[], byte[]> first = dead.getFirst();
        assertThat(new String(first.value(), StandardCharsets.UTF_8)).isEqualTo("{poison");
        assertThat(new String(first.key(), StandardCharsets.UTF_8)).isEqualTo("k");
        assertThat(TestBroker.header(first, "millrace.source-topic")).isEqualTo(topic);
        assertThat(TestBroker.header(first, "millrace.source-partition")).isEqualTo("0");
        assertThat(TestBroker.header(first, "millrace.view"))
                .isEqualTo(view.id().toString());
        assertThat(TestBroker.header(first, "millrace.detail")).isNotEmpty();
        assertThat(loop.counts().deadLettered.sum()).isEqualTo(3);
    }

    @Test
    void aStoreThatFailsAfterTheDeadLettersWereWrittenDoesNotMakeThemTwice() throws Exception {
        TestBroker.createTopic(topic, 1);
        store.failures.set(3);
        TestBroker.produce(topic, 0, event(1), "{poison", event(2));
        ViewIngestion loop = start(store);
        awaitCaughtUp(loop);

        assertThat(amounts()).containsExactly(1.0, 2.0);
        assertThat(TestBroker.records(topic + ".dlq")).hasSize(1);
        assertThat(store.failures.get()).isZero();
    }

    @Test
    void aStoreThatWasLostIsBuiltAgainWithoutNewDeadLetters() throws Exception {
        TestBroker.createTopic(topic, 1);
        TestBroker.produce(topic, 0, event(1), "{poison", event(2));
        ViewIngestion loop = start(store);
        awaitCaughtUp(loop);
        loop.stop();

        var empty = new HistoryStore();
        TestBroker.produce(topic, 0, "[]");
        awaitCaughtUp(start(empty));

        assertThat(empty.applied()).hasSize(2);
        assertThat(TestBroker.records(topic + ".dlq")).hasSize(2);
    }

    @Test
    void aNewLoopOnTheSameStoreGoesOnWhereTheOldOneStopped() throws Exception {
        TestBroker.createTopic(topic, 1);
        TestBroker.produce(topic, 0, event(1), event(2));
        ViewIngestion first = start(store);
        awaitCaughtUp(first);
        first.stop();
        TestBroker.produce(topic, 0, event(3));
        awaitCaughtUp(start(store));

        assertThat(amounts()).containsExactly(1.0, 2.0, 3.0);
        assertThat(store.positions(view.id()).values()).containsExactly(3L);
    }

    @Test
    void aTopicThatGrowsIsAppliedWhole() throws Exception {
        TestBroker.createTopic(topic, 1);
        ViewIngestion loop = start(store);
        TestBroker.produce(topic, 0, event(1));
        awaitCaughtUp(loop);

        TestBroker.growTopic(topic, 3);
        TestBroker.produce(topic, 2, event(2));
        awaitCaughtUp(loop);

        assertThat(amounts()).containsExactly(1.0, 2.0);
        assertThat(store.positions(view.id())).hasSize(3);
    }

    @Test
    void aTopicThatWasDeletedAndMadeAgainStartsAnew() throws Exception {
        TestBroker.createTopic(topic, 1);
        TestBroker.produce(topic, 0, event(1), event(2));
        ViewIngestion loop = start(store);
        awaitCaughtUp(loop);

        TestBroker.deleteTopic(topic);
        await().atMost(TestLoops.PATIENCE)
                .untilAsserted(() -> assertThat(loop.condition().state()).isEqualTo(State.WAITING_FOR_TOPIC));
        TestBroker.createTopic(topic, 1);
        TestBroker.produce(topic, 0, event(3));
        awaitCaughtUp(loop);

        assertThat(amounts()).containsExactly(1.0, 2.0, 3.0);
        assertThat(store.positions(view.id()).values()).containsExactlyInAnyOrder(2L, 1L);
    }

    @Test
    void recordsThatAreGoneBeforeTheyWereAppliedStopTheViewAndAreNotSkipped() throws Exception {
        TestBroker.createTopic(topic, 1);
        TestBroker.produce(topic, 0, event(1));
        ViewIngestion loop = start(store);
        awaitCaughtUp(loop);
        loop.stop();
        TestBroker.produce(topic, 0, event(2), event(3));
        try (var admin = TestBroker.admin()) {
            admin.deleteRecords(Map.of(
                            new org.apache.kafka.common.TopicPartition(topic, 0),
                            org.apache.kafka.clients.admin.RecordsToDelete.beforeOffset(2)))
                    .all()
                    .get();
        }
        ViewIngestion next = start(store);

        await().atMost(TestLoops.PATIENCE)
                .untilAsserted(() -> assertThat(next.condition().state()).isEqualTo(State.RECORDS_LOST));
        assertThat(amounts()).containsExactly(1.0);
    }

    @Test
    void twoReplicasShareThePartitionsAndEachEventCountsOnce() throws Exception {
        TestBroker.createTopic(topic, 4);
        ViewIngestion one = start(store, true);
        ViewIngestion two = start(store, true);
        for (int partition = 0; partition < 4; partition++) {
            TestBroker.produce(topic, partition, event(partition), event(partition + 10));
        }
        awaitStored();
        one.stop();
        for (int partition = 0; partition < 4; partition++) {
            TestBroker.produce(topic, partition, event(partition + 20));
        }
        awaitStored();

        assertThat(amounts()).hasSize(12).doesNotHaveDuplicates();
        assertThat(two.condition().state()).isEqualTo(State.RUNNING);
    }

    private void awaitStored() throws Exception {
        Map<SourcePartition, Long> target = loops.ends(topic);
        await().atMost(TestLoops.PATIENCE)
                .untilAsserted(() -> assertThat(store.positions(view.id())).isEqualTo(target));
    }

    @Test
    void theGroupShowsLagToTools() throws Exception {
        TestBroker.createTopic(topic, 1);
        TestBroker.produce(topic, 0, event(1), event(2));
        ViewIngestion loop = start(store);
        awaitCaughtUp(loop);

        try (var admin = TestBroker.admin()) {
            await().atMost(TestLoops.PATIENCE).untilAsserted(() -> assertThat(
                            admin.listConsumerGroupOffsets(ViewIngestion.group(view.id()))
                                    .partitionsToOffsetAndMetadata()
                                    .get()
                                    .values())
                    .singleElement()
                    .satisfies(committed -> assertThat(committed.offset()).isEqualTo(2)));
        }
        assertThat(loop.progress().lag(loops.ends(topic))).isZero();
    }

    @Test
    void aStoreThatIsAwayIsSaidAndWaitedFor() throws Exception {
        TestBroker.createTopic(topic, 1);
        TestBroker.produce(topic, 0, event(1));
        var away = new java.util.concurrent.atomic.AtomicBoolean(true);
        OnlineStore flaky = new ForwardingOnlineStore(store) {
            @Override
            public Map<SourcePartition, Long> positions(ViewId id) {
                if (away.get()) {
                    throw new StoreUnavailableException("away", null);
                }
                return super.positions(id);
            }
        };
        ViewIngestion loop = start(flaky);
        await().atMost(TestLoops.PATIENCE)
                .untilAsserted(() -> assertThat(loop.condition().state()).isEqualTo(State.WAITING_FOR_STORE));
        away.set(false);
        awaitCaughtUp(loop);

        assertThat(amounts()).containsExactly(1.0);
    }
}
