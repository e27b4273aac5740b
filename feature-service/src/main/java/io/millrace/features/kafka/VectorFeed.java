package io.millrace.features.kafka;

import io.millrace.features.app.DurableStore;
import io.millrace.features.app.NewestEvents;
import io.millrace.features.app.NewestEvents.Newest;
import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.app.VectorIndex;
import io.millrace.features.app.deletion.VoidFilter;
import io.millrace.features.domain.Coercion;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.state.EventOrder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes a view version's events into its vector index. Every replica has an index of its own and reads all partitions; nothing is committed to Kafka.
 *
 * <p>An index that begins, or that is behind what the topic still has, is filled from the online store, beside the records that came since: an entity's newest event counts, whichever way it comes. It is filled
 * again where the store has another state of the view, which may have what the topic did not have any more when this was filled.
 */
final class VectorFeed implements Feed {
    private static final Logger LOG = Logger.getLogger(VectorFeed.class);
    private static final long LOOK_NANOS = Duration.ofSeconds(10).toNanos();

    /** How long records wait for rows: a stop waits no longer, too. */
    private static final long FILL_NANOS = Duration.ofMillis(500).toNanos();

    /** The name under which the index keeps of which state of the store it was filled. */
    private static final String FILLED = "filled";

    private final FeatureView view;
    private final VectorIndex index;
    private final VoidFilter voids;
    private final DurableStore store;
    private final Topics topics;
    private final Supplier<RecordReader> readers;
    private final InstantSource clock;
    private volatile long lag;

    VectorFeed(
            FeatureView view,
            VectorIndex index,
            VoidFilter voids,
            DurableStore store,
            Topics topics,
            Supplier<RecordReader> readers,
            InstantSource clock) {
        this.view = view;
        this.index = index;
        this.voids = voids;
        this.store = store;
        this.topics = topics;
        this.readers = readers;
        this.clock = clock;
    }

    /** {@code millrace.feature-service.<view>.<version>.vectors}. */
    static String group(ViewId view) {
        return ViewIngestion.group(view) + ".vectors";
    }

    @Override
    public long lag() {
        return lag;
    }

    @Override
    public SourceLoop.Taking take(TopicInfo topic, KafkaConsumer<byte[], byte[]> consumer) {
        return new Indexing(topic, consumer, readers.get());
    }

    /** The name under which the index keeps what a reader has to know of a partition. */
    private static String noteOf(SourcePartition source) {
        return "read." + source.partition() + "." + source.topicId();
    }

    private final class Indexing implements SourceLoop.Taking {
        private final TopicInfo topic;
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final RecordReader reader;
        private final Map<SourcePartition, Long> next = new HashMap<>();

        /** Partitions that are read further than the index says. */
        private final Set<SourcePartition> unsaid = new HashSet<>();

        private String filled = "";
        private @Nullable NewestEvents filling;
        private long rows;
        private long lastLook = System.nanoTime() - LOOK_NANOS;

        Indexing(TopicInfo topic, KafkaConsumer<byte[], byte[]> consumer, RecordReader reader) {
            this.topic = topic;
            this.consumer = consumer;
            this.reader = reader;
        }

        /** Where the index is; where the topic has lost what follows there, where the store is. */
        @Override
        public void begin(Collection<TopicPartition> partitions) {
            Map<SourcePartition, Long> indexed = index.positions(view);
            Map<String, String> notes = index.notes(view);
            Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
            filled = notes.getOrDefault(FILLED, "");
            NewestEvents stored = isWhole(indexed, first) ? NewestEvents.NONE : store.newest(view);
            filling = stored.hasNext() ? stored : null;
            Map<TopicPartition, OffsetAndMetadata> ingested =
                    filling == null ? Map.of() : topics.committed(ViewIngestion.group(view.id()));
            for (TopicPartition partition : partitions) {
                SourcePartition source = topic.source(partition.partition());
                long beginning = first.getOrDefault(partition, 0L);
                long here = indexed.getOrDefault(source, -1L);
                long there = stored.positions().getOrDefault(source, -1L);
                boolean skips = here < beginning && here < there;
                long position = skips ? there : here < 0 ? beginning : here;
                String note = skips
                        ? DeadLetters.note(source, ingested.get(partition)).orElse("")
                        : notes.getOrDefault(noteOf(source), "");
                next.put(source, position);
                consumer.seek(partition, reader.resume(source, position, beginning, note));
            }
        }

        /** Whether the topic has all that the index lacks. */
        private boolean isWhole(Map<SourcePartition, Long> indexed, Map<TopicPartition, Long> first) {
            return !indexed.isEmpty()
                    && first.entrySet().stream()
                            .allMatch(beginning -> indexed.getOrDefault(
                                            topic.source(beginning.getKey().partition()), 0L)
                                    >= beginning.getValue());
        }

        @Override
        public void turn(ConsumerRecords<byte[], byte[]> records) {
            List<FeatureEvent> events = read(records);
            move();
            if (filling == null) {
                lookAtStore();
            }
            NewestEvents from = filling;
            if (from != null) {
                voids.merge(index, view, events);
                fill(from);
            } else if (!unsaid.isEmpty()) {
                say(events, new HashMap<>());
            }
            index.settle(view, Coercion.micros(clock.instant()));
        }

        /** A store that does not answer now is asked later: the index goes on without it. */
        private void lookAtStore() {
            if (System.nanoTime() - lastLook < LOOK_NANOS) {
                return;
            }
            lastLook = System.nanoTime();
            try {
                NewestEvents stored = store.newest(view);
                if (stored.hasNext() && !stored.state().equals(filled)) {
                    filling = stored;
                }
            } catch (StoreUnavailableException e) {
                LOG.debugf("%s: the online store does not say which state it has: %s", view.id(), e.getMessage());
            }
        }

        private void fill(NewestEvents from) {
            long end = System.nanoTime() + FILL_NANOS;
            while (from.hasNext() && System.nanoTime() < end) {
                List<FeatureEvent> events =
                        from.next().stream().map(this::event).toList();
                voids.merge(index, view, events);
                rows += events.size();
            }
            if (!from.hasNext()) {
                unsaid.addAll(next.keySet());
                say(List.of(), new HashMap<>(Map.of(FILLED, from.state())));
                LOG.infof("%s: %d vectors came from the online store", view.id(), rows);
                filled = from.state();
                filling = null;
                rows = 0;
            }
        }

        private FeatureEvent event(Newest newest) {
            EventOrder order = newest.event().order();
            var source = new SourcePartition(topic.name(), order.topicId(), order.partition());
            return new FeatureEvent(
                    newest.key(),
                    order.timeMicros(),
                    order.createdMicros(),
                    new Position(source, order.offset()),
                    newest.event().fields());
        }

        /** Applies events, and has the index say how far the partitions are read. */
        private void say(List<FeatureEvent> events, Map<String, String> notes) {
            Map<SourcePartition, Long> said = new HashMap<>();
            for (SourcePartition source : unsaid) {
                said.put(source, next.getOrDefault(source, 0L));
                long read = consumer.position(new TopicPartition(source.topic(), source.partition()));
                notes.put(noteOf(source), reader.note(source, read));
            }
            voids.apply(index, view, new Batch(events, said), notes);
            unsaid.clear();
        }

        private List<FeatureEvent> read(ConsumerRecords<byte[], byte[]> records) {
            var events = new ArrayList<FeatureEvent>();
            for (ConsumerRecord<byte[], byte[]> record : records) {
                SourcePartition source = topic.source(record.partition());
                if (record.offset() < next.getOrDefault(source, 0L)) {
                    reader.remember(record, source);
                } else if (reader.read(record, source) instanceof RecordReader.Read.Event(FeatureEvent event)) {
                    events.add(event);
                }
            }
            return events;
        }

        /** Notes which partitions were read further, also past transaction markers, which are no records. */
        private void move() {
            long behind = 0;
            for (TopicPartition partition : consumer.assignment()) {
                SourcePartition source = topic.source(partition.partition());
                long position = consumer.position(partition);
                if (position > next.getOrDefault(source, 0L)) {
                    next.put(source, position);
                    unsaid.add(source);
                }
                behind += consumer.currentLag(partition).orElse(0);
            }
            lag = behind;
        }
    }
}
