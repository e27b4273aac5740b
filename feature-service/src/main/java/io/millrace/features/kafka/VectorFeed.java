package io.millrace.features.kafka;

import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.VectorIndex;
import io.millrace.features.app.deletion.VoidFilter;
import io.millrace.features.domain.Coercion;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Takes a view version's events into its vector index: one life of a consumer, from the positions that the index has. Every replica has an index of its own and reads all
 * partitions; nothing is committed to Kafka. Used by one thread.
 */
final class VectorFeed implements SourceLoop.Life {
    private static final Duration POLL = Duration.ofMillis(200);

    private final FeatureView view;
    private final VectorIndex index;
    private final VoidFilter voids;
    private final Supplier<RecordReader> readers;
    private final InstantSource clock;
    private volatile long lag;

    VectorFeed(
            FeatureView view,
            VectorIndex index,
            VoidFilter voids,
            Supplier<RecordReader> readers,
            InstantSource clock) {
        this.view = view;
        this.index = index;
        this.voids = voids;
        this.readers = readers;
        this.clock = clock;
    }

    /** {@code millrace.feature-service.<view>.<version>.vectors}. */
    static String group(ViewId view) {
        return ViewIngestion.group(view) + ".vectors";
    }

    /** Records that are not in the index yet, as seen last. */
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
        RecordReader reader = readers.get();
        Map<SourcePartition, Long> next = begin(topic, consumer, reader);
        try {
            while (open.getAsBoolean() && sameTopic.getAsBoolean()) {
                take(topic, consumer, reader, next);
                index.settle(view, Coercion.micros(clock.instant()));
                healthy.run();
            }
        } catch (WakeupException e) {
            if (open.getAsBoolean()) {
                throw e;
            }
        }
    }

    /** Sets the consumer to where the index is, or to the first record that there is; what a reader has to remember is read once more. */
    private Map<SourcePartition, Long> begin(
            TopicInfo topic, KafkaConsumer<byte[], byte[]> consumer, RecordReader reader) {
        List<TopicPartition> partitions = topic.topicPartitions();
        consumer.assign(partitions);
        Map<SourcePartition, Long> stored = index.positions(view);
        Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
        Map<SourcePartition, Long> next = new HashMap<>();
        for (TopicPartition partition : partitions) {
            SourcePartition source = topic.source(partition.partition());
            long beginning = first.getOrDefault(partition, 0L);
            long position = stored.getOrDefault(source, beginning);
            next.put(source, position);
            consumer.seek(partition, reader.resume(source, position, beginning, ""));
        }
        return next;
    }

    private void take(
            TopicInfo topic,
            KafkaConsumer<byte[], byte[]> consumer,
            RecordReader reader,
            Map<SourcePartition, Long> next) {
        var events = new ArrayList<FeatureEvent>();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            SourcePartition source = topic.source(record.partition());
            if (record.offset() < next.getOrDefault(source, 0L)) {
                reader.remember(record, source);
            } else if (reader.read(record, source) instanceof RecordReader.Read.Event(FeatureEvent event)) {
                events.add(event);
            }
        }
        boolean moved = false;
        long behind = 0;
        for (TopicPartition partition : consumer.assignment()) {
            SourcePartition source = topic.source(partition.partition());
            long position = consumer.position(partition);
            if (position > next.getOrDefault(source, 0L)) {
                next.put(source, position);
                moved = true;
            }
            behind += consumer.currentLag(partition).orElse(0);
        }
        lag = behind;
        if (moved) {
            voids.apply(index, view, new Batch(events, next));
        }
    }
}
