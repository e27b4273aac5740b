package io.millrace.features.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.IngestionReport.State;
import io.millrace.features.app.Rebuilds.RebuildProgress;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.app.Views;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.store.RocksDbOnlineStore;
import io.millrace.features.store.RocksDbSettings;
import io.millrace.gate.Refusal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded store behind real loops: damaged, built again, and asked for by two. */
class StoreFaultsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    Path folder;

    private final String topic = "faults-" + UUID.randomUUID();
    private final FeatureView view = Views.view(Views.activity("v" + Math.abs(topic.hashCode()), "v1", topic));
    private final Recount recount = new Recount(new Random().nextLong());

    /** Keeps what it was told. */
    private static final class Told implements RebuildProgress {
        final List<String> phases = Collections.synchronizedList(new ArrayList<>());
        final AtomicBoolean end = new AtomicBoolean();
        volatile long done;

        @Override
        public void phase(String name) {
            phases.add(name);
        }

        @Override
        public void progress(long rows, long expected) {
            done = rows;
        }

        @Override
        public void checkCancelled() {
            if (end.get()) {
                throw new CancellationException("told to end");
            }
        }
    }

    @BeforeEach
    void makeTopics() {
        TestBroker.ensureTopic(KafkaDefinitions.TOPIC, 1);
        TestBroker.createTopic(topic, 1);
    }

    private RocksDbOnlineStore open(String name) {
        return new RocksDbOnlineStore(
                folder.resolve(name), RocksDbSettings.DEFAULT, Duration.ofSeconds(10), InstantSource.system());
    }

    private Replica replica(RocksDbOnlineStore store) {
        return new Replica(store, false, TestBroker.bootstrap(), view);
    }

    private State state(Replica replica) {
        return replica.ingestions.conditions().containsKey(view.id())
                ? replica.ingestions.conditions().get(view.id()).state()
                : State.STARTING;
    }

    private void awaitRecount(RocksDbOnlineStore store) {
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> recount.assertEquals(store, view));
    }

    private void produce(int events) {
        TestBroker.produceQuickly(topic, recount.batch(events, true));
    }

    @Test
    void aViewThatMetDamageIsBuiltAgainFromKafkaAndEachDeadLetterIsThereOnce() {
        produce(400);
        try (RocksDbOnlineStore store = open("store");
                Replica replica = replica(store)) {
            awaitRecount(store);

            store.withhold(view.id(), "a checksum does not fit");

            assertThatThrownBy(() -> recount.assertEquals(store, view)).isInstanceOf(StoreUnavailableException.class);
            produce(200);
            awaitRecount(store);
            await().atMost(PATIENCE).until(() -> state(replica) == State.RUNNING);
            assertThat(store.withheld(view.id())).isEmpty();
            produce(50);
            awaitRecount(store);
        }
        assertThat(TestBroker.records(topic + ".dlq").stream()
                        .map(record -> TestBroker.header(record, "millrace.source-offset")))
                .hasSize((int) recount.poison())
                .doesNotHaveDuplicates();
    }

    @Test
    void aLostVolumeIsNotServedAsIfNothingHadEverCome() {
        produce(400);
        try (RocksDbOnlineStore store = open("store");
                Replica _ = replica(store)) {
            awaitRecount(store);
        }

        try (RocksDbOnlineStore empty = open("empty");
                Replica replica = replica(empty)) {
            await().atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> state(replica) != State.STARTING);
            await().atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> isWhole(empty));
            produce(50);
            awaitRecount(empty);
            await().atMost(PATIENCE).until(() -> state(replica) == State.RUNNING);
            assertThat(empty.withheld(view.id())).isEmpty();
        }
    }

    /** False where reads are refused; an answer that lacks anything fails. */
    private boolean isWhole(RocksDbOnlineStore store) {
        try {
            recount.assertEquals(store, view);
            return true;
        } catch (StoreUnavailableException e) {
            return false;
        }
    }

    @Test
    void aRebuildGoesOnBesideTheServedStateAndReadsNeverStop() throws Exception {
        produce(3_000);
        try (RocksDbOnlineStore store = open("store");
                Replica replica = replica(store)) {
            awaitRecount(store);
            var reads = new AtomicInteger();
            var stop = new AtomicBoolean();
            var faults = Collections.synchronizedList(new ArrayList<Throwable>());
            Thread reader = Thread.ofVirtual().start(() -> {
                while (!stop.get()) {
                    try {
                        recount.assertEquals(store, view);
                        reads.incrementAndGet();
                    } catch (AssertionError | RuntimeException e) {
                        faults.add(e);
                        return;
                    }
                }
            });
            var told = new Told();

            replica.ingestions.rebuild(view, told);

            stop.set(true);
            reader.join();
            assertThat(faults).isEmpty();
            assertThat(reads.get()).isPositive();
            assertThat(told.phases).last().isEqualTo("records of " + topic);
            assertThat(told.done).isEqualTo(3_000);
            produce(100);
            awaitRecount(store);
            assertThat(state(replica)).isEqualTo(State.RUNNING);
        }
        assertThat(TestBroker.records(topic + ".dlq")).hasSize((int) recount.poison());
    }

    @Test
    void aRebuildThatIsEndedOrWouldLackRecordsLeavesTheServedStateAlone() throws Exception {
        produce(500);
        try (RocksDbOnlineStore store = open("store");
                Replica replica = replica(store)) {
            awaitRecount(store);
            var told = new Told();
            told.end.set(true);
            assertThatThrownBy(() -> replica.ingestions.rebuild(view, told)).isInstanceOf(CancellationException.class);
            assertThat(store.beside().positions(view.id())).isEmpty();
            try (var admin = TestBroker.admin()) {
                admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(100)))
                        .all()
                        .get();
            }

            assertThatThrownBy(() -> replica.ingestions.rebuild(view, new Told()))
                    .isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.reason())
                            .isEqualTo(FeatureReason.RECORDS_GONE));

            recount.assertEquals(store, view);
        }
    }

    @Test
    void aSecondReplicaWithAStoreOfItsOwnAppliesNothingSaysWhyAndTakesOverOnceTheFirstHasGone() {
        produce(200);
        try (RocksDbOnlineStore first = open("first");
                RocksDbOnlineStore second = open("second")) {
            Replica one = replica(first);
            awaitRecount(first);
            try (Replica two = replica(second)) {
                await().atMost(PATIENCE).untilAsserted(() -> assertThat(two.ingestions.refusal())
                        .isPresent());
                assertThat(two.ingestions.refusal().orElseThrow()).contains("another replica", "Redis");
                assertThat(one.ingestions.refusal()).isEmpty();
                produce(200);
                awaitRecount(first);
                assertThat(state(one)).isEqualTo(State.RUNNING);
                assertThat(second.positions(view.id())).isEmpty();

                one.close();

                awaitRecount(second);
                assertThat(two.ingestions.refusal()).isEmpty();
            }
        }
    }
}
