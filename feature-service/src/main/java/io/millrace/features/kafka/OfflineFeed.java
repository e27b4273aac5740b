package io.millrace.features.kafka;

import io.millrace.features.app.offline.OfflineBatch;
import io.millrace.features.app.offline.OfflineBatch.Span;
import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.offline.OfflineStore.Reached;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.lateness.Lateness;
import io.millrace.features.telemetry.OfflineMetrics;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;

/**
 * Takes a view version's events into the offline store: one life of a consumer, from the positions that the store has. Rows are gathered and added together with the
 * positions after them; whatever fails ends this life, and the next one begins at the store's positions again. Used by one thread.
 *
 * <p>With several replicas each takes the partitions that Kafka gives it. Two that believe to have the same one do no harm: the store takes what continues where it is and refuses
 * the other.
 */
final class OfflineFeed implements SourceLoop.Life {
    private static final Logger LOG = Logger.getLogger(OfflineFeed.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private final FeatureView view;
    private final boolean shared;
    private final OfflineStore store;
    private final Supplier<RecordReader> readers;
    private final Flush flush;
    private final OfflineMetrics metrics;
    private volatile long lag;

    /**
     * When rows are written: whichever comes first.
     *
     * @param bytes of the records that they came from
     */
    record Flush(Duration interval, int rows, long bytes) {}

    OfflineFeed(
            FeatureView view,
            boolean shared,
            OfflineStore store,
            Supplier<RecordReader> readers,
            Flush flush,
            OfflineMetrics metrics) {
        this.view = view;
        this.shared = shared;
        this.store = store;
        this.readers = readers;
        this.flush = flush;
        this.metrics = metrics;
    }

    /** {@code millrace.feature-service.<view>.<version>.offline}. */
    static String group(ViewId view) {
        return ViewIngestion.group(view) + ".offline";
    }

    /** Records that are not in the offline store yet, as seen last. */
    long lag() {
        return lag;
    }

    @Override
    public void run(
            TopicInfo topic,
            KafkaConsumer<byte[], byte[]> consumer,
            BooleanSupplier open,
            BooleanSupplier sameTopic,
            Runnable healthy) {
        new Taking(topic, consumer, readers.get()).run(open, sameTopic, healthy);
    }

    private final class Taking {
        private final TopicInfo topic;
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final RecordReader reader;
        private final PendingRows pending = new PendingRows();
        private long lastFlush = System.nanoTime();

        Taking(TopicInfo topic, KafkaConsumer<byte[], byte[]> consumer, RecordReader reader) {
            this.topic = topic;
            this.consumer = consumer;
            this.reader = reader;
        }

        void run(BooleanSupplier open, BooleanSupplier sameTopic, Runnable healthy) {
            if (shared) {
                consumer.subscribe(List.of(topic.name()), new Assignments());
            } else {
                consumer.assign(topic.topicPartitions());
                begin(topic.topicPartitions());
            }
            try {
                while (open.getAsBoolean() && sameTopic.getAsBoolean()) {
                    take(consumer.poll(POLL));
                    if (isDue()) {
                        flush();
                    }
                    lag = behind();
                    healthy.run();
                }
            } catch (WakeupException e) {
                if (open.getAsBoolean()) {
                    throw e;
                }
            }
            flush();
        }

        /** Sets the consumer to where the store is; where the store has no position, to the first record that there is. */
        private void begin(Collection<TopicPartition> partitions) {
            Map<SourcePartition, Reached> stored = store.reached(view.id());
            Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
            for (TopicPartition partition : partitions) {
                SourcePartition source = topic.source(partition.partition());
                long beginning = first.getOrDefault(partition, 0L);
                long position = pending.begin(source, stored.get(source), beginning);
                consumer.seek(partition, reader.resume(source, position, beginning, ""));
            }
        }

        private void take(ConsumerRecords<byte[], byte[]> records) {
            for (ConsumerRecord<byte[], byte[]> record : records) {
                SourcePartition source = topic.source(record.partition());
                PendingRows.Partition of = pending.of(source);
                if (of == null) {
                    continue;
                }
                if (record.offset() < of.next()) {
                    reader.remember(record, source);
                    continue;
                }
                switch (reader.read(record, source)) {
                    case RecordReader.Read.Event(FeatureEvent event) ->
                        pending.add(
                                of,
                                new OfflineRow(event, record.timestamp() * 1_000, isLate(event, of)),
                                record.serializedValueSize());
                    case RecordReader.Read.Elsewhere(FeatureEvent event) -> of.heard(event.timeMicros());
                    case RecordReader.Read.Nothing _, RecordReader.Read.Dead _ -> {}
                }
            }
            for (TopicPartition partition : consumer.assignment()) {
                PendingRows.Partition of = pending.of(topic.source(partition.partition()));
                if (of != null) {
                    of.readUpTo(consumer.position(partition));
                }
            }
        }

        /** The verdict that the online store gives, from the same event times. */
        private boolean isLate(FeatureEvent event, PendingRows.Partition of) {
            return view.allowedLateness()
                    .filter(allowed -> new Lateness(allowed, of.newestMicros()).isLate(event.timeMicros()))
                    .isPresent();
        }

        private boolean isDue() {
            return pending.rows() >= flush.rows()
                    || pending.bytes() >= flush.bytes()
                    || System.nanoTime() - lastFlush >= flush.interval().toNanos();
        }

        private void flush() {
            lastFlush = System.nanoTime();
            OfflineBatch batch = pending.batch();
            if (batch.spans().isEmpty()) {
                return;
            }
            long begun = System.nanoTime();
            store.append(view, batch);
            metrics.written(batch.rows().size(), System.nanoTime() - begun);
            pending.written(batch);
            commit(batch.spans());
        }

        /** For tools that show lag; nothing here reads it back. */
        private void commit(Map<SourcePartition, Span> spans) {
            Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
            spans.forEach((source, span) -> offsets.put(
                    new TopicPartition(source.topic(), source.partition()), new OffsetAndMetadata(span.to())));
            consumer.commitAsync(offsets, (_, failure) -> {
                if (failure != null) {
                    LOG.debugf(failure, "%s: offsets were not committed", view.id());
                }
            });
        }

        private long behind() {
            long behind = pending.rows();
            for (TopicPartition partition : consumer.assignment()) {
                behind += consumer.currentLag(partition).orElse(0);
            }
            return behind;
        }

        private final class Assignments implements ConsumerRebalanceListener {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                begin(partitions);
            }

            /** What is not in the store yet is left to whoever has the partitions next. */
            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                for (TopicPartition partition : partitions) {
                    pending.forget(topic.source(partition.partition()));
                }
            }
        }
    }
}
