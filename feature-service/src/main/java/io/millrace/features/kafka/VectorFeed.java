package io.millrace.features.kafka;

import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.VectorIndex;
import io.millrace.features.app.deletion.VoidFilter;
import io.millrace.features.domain.Coercion;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Takes a view version's events into its vector index. Every replica has an index of its own and reads all partitions; nothing is committed to Kafka. */
final class VectorFeed implements Feed {
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

    @Override
    public long lag() {
        return lag;
    }

    @Override
    public SourceLoop.Taking take(TopicInfo topic, KafkaConsumer<byte[], byte[]> consumer) {
        return new Indexing(topic, consumer, readers.get());
    }

    private final class Indexing implements SourceLoop.Taking {
        private final TopicInfo topic;
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final RecordReader reader;
        private final Map<SourcePartition, Long> next = new HashMap<>();

        Indexing(TopicInfo topic, KafkaConsumer<byte[], byte[]> consumer, RecordReader reader) {
            this.topic = topic;
            this.consumer = consumer;
            this.reader = reader;
        }

        /** Where the index has no position, the first record that there is comes first; what a reader has to remember is read once more. */
        @Override
        public void begin(Collection<TopicPartition> partitions) {
            Map<SourcePartition, Long> stored = index.positions(view);
            Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
            for (TopicPartition partition : partitions) {
                SourcePartition source = topic.source(partition.partition());
                long beginning = first.getOrDefault(partition, 0L);
                long position = stored.getOrDefault(source, beginning);
                next.put(source, position);
                consumer.seek(partition, reader.resume(source, position, beginning, ""));
            }
        }

        @Override
        public void turn(ConsumerRecords<byte[], byte[]> records) {
            List<FeatureEvent> events = read(records);
            if (move()) {
                voids.apply(index, view, new Batch(events, next));
            }
            index.settle(view, Coercion.micros(clock.instant()));
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

        /** Whether any partition was read further; also past transaction markers, which are no records. */
        private boolean move() {
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
            return moved;
        }
    }
}
