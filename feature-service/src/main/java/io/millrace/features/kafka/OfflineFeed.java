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
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Takes a view version's events into the offline store. Rows are gathered and added together with the positions after them.
 *
 * <p>With several replicas each takes the partitions that Kafka gives it. Two that believe to have the same one do no harm: the store takes what continues where it is and refuses
 * the other.
 */
final class OfflineFeed implements Feed {
    private static final Logger LOG = Logger.getLogger(OfflineFeed.class);

    private final FeatureView view;
    private final OfflineStore store;
    private final Supplier<RecordReader> readers;
    private final Flush flush;
    private final BooleanSupplier isBehindOnline;
    private final OfflineMetrics metrics;
    private volatile long lag;

    /**
     * When rows are written: whichever comes first.
     *
     * @param bytes of the records that they came from
     */
    record Flush(Duration interval, int rows, long bytes) {}

    /**
     * @param isBehindOnline whether the view's events are far from being applied online: those who read come first, and what is for training waits in the topic, but for one writing in each interval
     */
    OfflineFeed(
            FeatureView view,
            OfflineStore store,
            Supplier<RecordReader> readers,
            Flush flush,
            BooleanSupplier isBehindOnline,
            OfflineMetrics metrics) {
        this.view = view;
        this.store = store;
        this.readers = readers;
        this.flush = flush;
        this.isBehindOnline = isBehindOnline;
        this.metrics = metrics;
    }

    /** {@code millrace.feature-service.<view>.<version>.offline}. */
    static String group(ViewId view) {
        return ViewIngestion.group(view) + ".offline";
    }

    @Override
    public long lag() {
        return lag;
    }

    @Override
    public SourceLoop.Taking take(TopicInfo topic, KafkaConsumer<byte[], byte[]> consumer) {
        return new Gathering(topic, consumer, readers.get());
    }

    private final class Gathering implements SourceLoop.Taking {
        private final TopicInfo topic;
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final RecordReader reader;
        private final PendingRows pending = new PendingRows();
        private long lastFlush = System.nanoTime();
        private long lastWritten = System.nanoTime();

        Gathering(TopicInfo topic, KafkaConsumer<byte[], byte[]> consumer, RecordReader reader) {
            this.topic = topic;
            this.consumer = consumer;
            this.reader = reader;
        }

        /** Where the store has no position, the first record that there is comes first. */
        @Override
        public void begin(Collection<TopicPartition> partitions) {
            Map<SourcePartition, Reached> stored = store.reached(view.id());
            Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
            for (TopicPartition partition : partitions) {
                SourcePartition source = topic.source(partition.partition());
                long beginning = first.getOrDefault(partition, 0L);
                long position = pending.begin(source, stored.get(source), beginning);
                consumer.seek(partition, reader.resume(source, position, beginning, ""));
            }
        }

        /** What is not in the store yet is left to whoever has the partitions next. */
        @Override
        public void leave(Collection<TopicPartition> partitions) {
            for (TopicPartition partition : partitions) {
                pending.forget(topic.source(partition.partition()));
            }
        }

        @Override
        public void turn(ConsumerRecords<byte[], byte[]> records) {
            take(records);
            if (isDue()) {
                flush();
            }
            lag = behind();
            waitOrGoOn();
        }

        private void waitOrGoOn() {
            if (isBehindOnline.getAsBoolean()
                    && System.nanoTime() - lastWritten < flush.interval().toNanos()) {
                consumer.pause(consumer.assignment());
            } else {
                consumer.resume(consumer.paused());
            }
        }

        @Override
        public void finish(SourceLoop.Ending why) {
            flush();
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
            lastWritten = System.nanoTime();
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
    }
}
