package io.millrace.features.kafka;

import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;

/**
 * Takes a view version's events into the online store: one life of a consumer, each poll one atomic change of the store. While a large one is applied, the next poll is fetched and decoded; small ones,
 * as they come where the view keeps up, are applied at once.
 */
final class Consumption implements SourceLoop.Taking {
    private static final Logger LOG = Logger.getLogger(Consumption.class);
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();
    private static final Duration COMMIT_PATIENCE = Duration.ofMillis(500);

    /** Fewer events are applied at once: handing them over would take longer. */
    private static final int MANY = 1_000;

    private final FeatureView view;
    private final TopicInfo topic;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final OnlineStore store;
    private final RecordReader reader;
    private final DeadLetters deadLetters;
    private final Progress progress;
    private final Counts counts;
    private final long commitNanos;
    private final ApplyAhead ahead;

    /** Read so far, and handed over to be applied. */
    private final Map<SourcePartition, Long> taken = new HashMap<>();

    private final Map<SourcePartition, Long> applied = new ConcurrentHashMap<>();
    private final Map<SourcePartition, Long> committed = new HashMap<>();
    private long lastCommit = System.nanoTime();
    private long lastLook = System.nanoTime();

    Consumption(
            FeatureView view,
            TopicInfo topic,
            KafkaConsumer<byte[], byte[]> consumer,
            OnlineStore store,
            RecordReader reader,
            DeadLetters deadLetters,
            Progress progress,
            Counts counts,
            Duration commitInterval) {
        this.view = view;
        this.topic = topic;
        this.consumer = consumer;
        this.store = store;
        this.reader = reader;
        this.deadLetters = deadLetters;
        this.progress = progress;
        this.counts = counts;
        this.commitNanos = commitInterval.toNanos();
        this.ahead = new ApplyAhead("apply-" + view.id());
    }

    /** Where the store has no position, the first record that there is comes first. */
    @Override
    public void begin(Collection<TopicPartition> partitions) {
        ahead.await();
        Map<SourcePartition, Long> stored = store.positions(view.id());
        Map<TopicPartition, OffsetAndMetadata> ofGroup = consumer.committed(new HashSet<>(partitions));
        Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
        Map<SourcePartition, Long> fresh = new HashMap<>();
        for (TopicPartition partition : partitions) {
            SourcePartition source = topic.source(partition.partition());
            String note = deadLetters.resume(source, ofGroup.get(partition));
            Long position = stored.get(source);
            long beginning = first.getOrDefault(partition, 0L);
            if (position == null) {
                sayIfMadeAnew(source, stored.keySet());
                fresh.put(source, beginning);
                position = beginning;
            }
            applied.put(source, position);
            taken.put(source, position);
            consumer.seek(partition, reader.resume(source, position, beginning, note));
        }
        if (!fresh.isEmpty()) {
            store.apply(view, new Batch(List.of(), fresh));
        }
        progress.begin(applied);
    }

    @Override
    public void leave(Collection<TopicPartition> partitions) {
        ahead.settle();
        for (TopicPartition partition : partitions) {
            applied.remove(topic.source(partition.partition()));
            taken.remove(topic.source(partition.partition()));
        }
    }

    @Override
    public void turn(ConsumerRecords<byte[], byte[]> records) {
        apply(records);
        counts.lag = lag();
        if (System.nanoTime() - lastCommit >= commitNanos) {
            commit();
        }
    }

    /** Offsets of a topic that is gone would be taken for those of the one that has its name now. */
    @Override
    public void finish(SourceLoop.Ending why) {
        if (why == SourceLoop.Ending.STOPPED) {
            commit();
        }
    }

    /** Waits until all that was read is applied. */
    void settle() {
        ahead.await();
    }

    @Override
    public void close() {
        ahead.close();
        deadLetters.close();
    }

    private void sayIfMadeAnew(SourcePartition source, Set<SourcePartition> stored) {
        boolean before = stored.stream()
                .anyMatch(known -> known.topic().equals(source.topic())
                        && known.partition() == source.partition()
                        && !known.topicId().equals(source.topicId()));
        if (before) {
            LOG.warnf(
                    "%s: the topic %s was deleted and made again; partition %d is applied from its first record",
                    view.id(), source.topic(), source.partition());
        }
    }

    private void apply(ConsumerRecords<byte[], byte[]> records) {
        var events = new ArrayList<FeatureEvent>(records.count());
        var dead = new ArrayList<DeadLetters.DeadLetter>();
        for (TopicPartition partition : records.partitions()) {
            SourcePartition source = topic.source(partition.partition());
            long begin = taken.getOrDefault(source, 0L);
            for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
                if (record.offset() < begin) {
                    reader.remember(record, source);
                    continue;
                }
                switch (reader.read(record, source)) {
                    case RecordReader.Read.Event(FeatureEvent event) -> events.add(event);
                    case RecordReader.Read.Nothing _, RecordReader.Read.Elsewhere _ -> {}
                    case RecordReader.Read.Dead(Enum<?> reason, String detail) ->
                        dead.add(new DeadLetters.DeadLetter(record, source, reason, detail));
                }
            }
        }
        Map<SourcePartition, Long> next = moved();
        if (next.isEmpty()) {
            lookAfterStore();
            return;
        }
        if (!dead.isEmpty()) {
            ahead.await();
            Map<SourcePartition, DeadLetters.Reached> reached = new HashMap<>();
            next.forEach((source, offset) ->
                    reached.put(source, new DeadLetters.Reached(offset, reader.note(source, offset))));
            counts.add(deadLetters.write(dead, reached, consumer.groupMetadata(), topic.partitions()));
        }
        taken.putAll(next);
        var batch = new Batch(events, next);
        if (events.size() < MANY) {
            ahead.await();
            apply(batch);
        } else {
            ahead.begin(() -> apply(batch));
        }
    }

    private void apply(Batch batch) {
        counts.add(store.apply(view, batch));
        applied.putAll(batch.next());
        progress.note(batch.next());
    }

    /** A store that went back to an earlier state says so when something is applied; where nothing comes, it is asked with nothing. */
    private void lookAfterStore() {
        if (!ahead.isIdle()) {
            return;
        }
        ahead.await();
        if (System.nanoTime() - lastLook >= LOOK_NANOS) {
            lastLook = System.nanoTime();
            store.apply(view, new Batch(List.of(), Map.of()));
        }
    }

    /** Positions that grew: also past transaction markers, which are no records. */
    private Map<SourcePartition, Long> moved() {
        Map<SourcePartition, Long> moved = new HashMap<>();
        for (TopicPartition partition : consumer.assignment()) {
            SourcePartition source = topic.source(partition.partition());
            Long before = taken.get(source);
            if (before != null) {
                long position = consumer.position(partition);
                if (position > before) {
                    moved.put(source, position);
                }
            }
        }
        return moved;
    }

    private long lag() {
        long lag = 0;
        for (TopicPartition partition : consumer.assignment()) {
            lag += consumer.currentLag(partition).orElse(0);
            SourcePartition source = topic.source(partition.partition());
            Long read = taken.get(source);
            lag += read == null ? 0 : Math.max(0, read - applied.getOrDefault(source, read));
        }
        return lag;
    }

    /** For tools that show lag; nothing here reads it back but which dead letters are written. */
    private void commit() {
        ahead.await();
        lastCommit = System.nanoTime();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (TopicPartition partition : consumer.assignment()) {
            SourcePartition source = topic.source(partition.partition());
            Long position = applied.get(source);
            if (position != null && !position.equals(committed.get(source))) {
                String note = reader.note(source, consumer.position(partition));
                offsets.put(partition, deadLetters.commit(source, position, note));
            }
        }
        if (offsets.isEmpty()) {
            return;
        }
        try {
            consumer.commitSync(offsets, COMMIT_PATIENCE);
            committed.putAll(applied);
        } catch (WakeupException | InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.debugf(e, "%s: offsets were not committed", view.id());
        }
    }
}
