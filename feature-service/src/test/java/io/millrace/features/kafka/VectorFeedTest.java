package io.millrace.features.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.features.app.DurableStore;
import io.millrace.features.app.EventTimeBound;
import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.Projectors;
import io.millrace.features.app.VectorIndex;
import io.millrace.features.app.VectorIndex.Neighbour;
import io.millrace.features.app.VectorIndex.Search;
import io.millrace.features.app.Views;
import io.millrace.features.app.deletion.TestDeletions;
import io.millrace.features.app.deletion.VoidFilter;
import io.millrace.features.app.deletion.Voids;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.store.TestOnlineStore;
import io.millrace.features.vectors.TestVectorIndex;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One replica's online store, and the vector indexes of this replica and others. */
class VectorFeedTest {
    @TempDir
    Path directory;

    private final TestLoops loops = new TestLoops();
    private final Readers readers = new Readers(
            new Projectors(Optional.empty()),
            new EventTimeBound(Duration.ofDays(1)),
            InstantSource.system(),
            loops.config);
    private final Voids voids = new Voids();
    private final String topic = "items-" + UUID.randomUUID();
    private final AtomicInteger remembered = new AtomicInteger();
    private FeatureView view = view("");
    private DurableStore store;
    private @Nullable Fed fed;

    /** An index and the loop that feeds it. */
    private record Fed(VectorIndex index, SourceLoop loop) {}

    @BeforeEach
    void open() {
        store = TestOnlineStore.rocksDb(directory.resolve("store"));
        TestBroker.createTopic(topic, 2);
    }

    @AfterEach
    void close() {
        stopFeed();
        loops.close();
        store.close();
    }

    private FeatureView view(String more) {
        return Views.view("""
                kind: FeatureView
                name: i%s
                version: v1
                entity: {name: item, join_keys: [{name: item_id, type: int64, field: item}]}
                source: {topic: %s, timestamp: {field: at, unit: rfc3339}}
                %s
                features:
                  - {name: embedding, type: vector, dimension: 2, metric: l2}
                """.formatted(Math.abs(topic.hashCode()), topic, more));
    }

    /** Starts the feed of a replica whose index is in this folder. */
    private void startFeed(String replica) {
        VectorIndex index = TestVectorIndex.open(directory.resolve(replica));
        var feed = new VectorFeed(
                view,
                index,
                new VoidFilter(voids),
                store,
                loops.topics,
                () -> counting(readers.online(view)),
                () -> Instant.EPOCH);
        SourceLoop loop = loops.feed("vectors-" + view.id(), topic, VectorFeed.group(view.id()), false, feed);
        fed = new Fed(index, loop);
    }

    private void stopFeed() {
        if (fed != null) {
            fed.loop().stop();
            fed.index().close();
        }
    }

    /** Counts the records that are read once more. */
    private RecordReader counting(RecordReader reader) {
        return new RecordReader() {
            @Override
            public Read read(ConsumerRecord<byte[], byte[]> record, SourcePartition source) {
                return reader.read(record, source);
            }

            @Override
            public long resume(SourcePartition source, long position, long beginning, String note) {
                return reader.resume(source, position, beginning, note);
            }

            @Override
            public void remember(ConsumerRecord<byte[], byte[]> record, SourcePartition source) {
                remembered.incrementAndGet();
                reader.remember(record, source);
            }

            @Override
            public String note(SourcePartition source, long next) {
                return reader.note(source, next);
            }
        };
    }

    private void item(int item, String time, int x) {
        TestBroker.produce(
                topic,
                item % 2,
                "{\"item\":%d,\"at\":\"2026-03-02T%s:00Z\",\"embedding\":[%d,0]}".formatted(item, time, x));
    }

    private static EntityKey key(int item) {
        return new EntityKey(List.of(new FeatureValue.Int(item)));
    }

    /** The online store takes all that is in the topic, and everything is removed from it. */
    private void applyAndRemoveAll() throws Exception {
        ViewIngestion online = loops.start(view, topic, store, () -> readers.online(view));
        loops.awaitCaughtUp(online, topic);
        online.stop();
        Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
        loops.ends(topic)
                .forEach((source, end) ->
                        all.put(new TopicPartition(topic, source.partition()), RecordsToDelete.beforeOffset(end)));
        try (var admin = TestBroker.admin()) {
            admin.deleteRecords(all).all().get();
        }
    }

    /** Items to where their vectors lie. */
    private Map<Long, Double> found() {
        return Objects.requireNonNull(fed)
                .index()
                .search(view, new Search("embedding", new float[] {0, 0}, 100, 100, true, null, 0))
                .neighbours()
                .stream()
                .collect(Collectors.toMap(
                        found -> ((FeatureValue.Int) found.key().values().getFirst()).value(), Neighbour::distance));
    }

    private void awaitFound(Map<Long, Double> expected) {
        await().atMost(TestLoops.PATIENCE)
                .ignoreException(IllegalStateException.class)
                .untilAsserted(() -> assertThat(found()).isEqualTo(expected));
    }

    @Test
    void aNewReplicaFindsWhatTheTopicNoLongerHas() throws Exception {
        for (int item = 1; item <= 6; item++) {
            item(item, "09:00", item);
        }
        applyAndRemoveAll();
        store.delete(view, key(5));
        voids.hear(TestDeletions.of(view, key(6), loops.ends(topic)));
        item(1, "10:00", 11);
        item(2, "08:00", 22);
        item(7, "09:00", 7);

        startFeed("new");

        awaitFound(Map.of(1L, 11.0, 2L, 2.0, 3L, 3.0, 4L, 4.0, 7L, 7.0));
        await().atMost(TestLoops.PATIENCE).untilAsserted(() -> assertThat(
                        Objects.requireNonNull(fed).index().positions(view))
                .isEqualTo(loops.ends(topic)));
        item(6, "10:00", 66);
        awaitFound(Map.of(1L, 11.0, 2L, 2.0, 3L, 3.0, 4L, 4.0, 6L, 66.0, 7L, 7.0));
    }

    @Test
    void aReplicaThatWasAwayForTooLongTakesWhatItMissedFromTheStore() throws Exception {
        item(1, "09:00", 1);
        startFeed("away");
        awaitFound(Map.of(1L, 1.0));
        stopFeed();
        item(1, "10:00", 11);
        item(2, "10:00", 2);
        applyAndRemoveAll();

        startFeed("away");

        awaitFound(Map.of(1L, 11.0, 2L, 2.0));
    }

    @Test
    void aStateThatWasBuiltAgainIsTakenUp() throws Exception {
        item(1, "09:00", 1);
        applyAndRemoveAll();
        startFeed("old");
        awaitFound(Map.of(1L, 1.0));
        stopFeed();
        Map<SourcePartition, Long> ends = loops.ends(topic);
        SourcePartition source = ends.keySet().iterator().next();
        var lost = new FeatureEvent(
                key(9), 5, new Position(source, 0), List.of(new FeatureValue.Vector(new float[] {9, 0})));
        store.beside().apply(view, new Batch(List.of(lost), ends));
        assertThat(store.promote(view)).isTrue();

        startFeed("old");

        awaitFound(Map.of(1L, 1.0, 9L, 9.0));
    }

    @Test
    void whatDecidesWhichEventsAreLateIsKeptWithTheIndexAndNothingIsReadAgain() {
        view = view("allowed-lateness: 1h");
        item(1, "12:00", 1);
        item(3, "10:00", 3);
        item(5, "11:30", 5);
        startFeed("late");
        awaitFound(Map.of(1L, 1.0, 5L, 5.0));
        stopFeed();
        item(7, "10:30", 7);
        item(9, "11:30", 9);

        startFeed("late");

        awaitFound(Map.of(1L, 1.0, 5L, 5.0, 9L, 9.0));
        assertThat(remembered).hasValue(0);
    }

    @Test
    void aNewReplicaKnowsWhichEventsAreLateThoughTheNewestIsGoneFromTheTopic() throws Exception {
        view = view("allowed-lateness: 1h");
        item(1, "12:00", 1);
        applyAndRemoveAll();
        item(3, "10:30", 3);
        item(5, "11:30", 5);

        startFeed("new");

        awaitFound(Map.of(1L, 1.0, 5L, 5.0));
    }
}
