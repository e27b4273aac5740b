package io.millrace.features.kafka;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.features.app.deletion.VoidFilter;
import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.offline.ScratchStores;
import io.millrace.features.app.training.PlannedRows;
import io.millrace.features.config.OfflineStoreConfig;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.telemetry.OfflineMetrics;
import io.millrace.jobs.JobContext;
import io.millrace.jobs.JobFailedException;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Reads the topics of views that are not applied from their first to their last record, by what feeds the offline store, into a store that is removed again. */
@Singleton
public class KafkaPlannedRows implements PlannedRows {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration FLUSH = Duration.ofMinutes(5);

    private final KafkaClients clients;
    private final Topics topics;
    private final Readers readers;
    private final VoidFilter filter;
    private final ScratchStores scratches;
    private final OfflineStoreConfig settings;

    public KafkaPlannedRows(
            KafkaClients clients,
            Topics topics,
            Readers readers,
            VoidFilter filter,
            ScratchStores scratches,
            OfflineStoreConfig settings) {
        this.clients = clients;
        this.topics = topics;
        this.readers = readers;
        this.filter = filter;
        this.scratches = scratches;
        this.settings = settings;
    }

    @Override
    public Read read(List<FeatureView> views, JobContext context) {
        String name = context.id();
        OfflineStore scratch = scratches.open(name);
        var gaps = new ArrayList<String>();
        boolean isRead = false;
        try {
            for (FeatureView view : views) {
                switch (view.source()) {
                    case Source.Topic topic -> read(view, topic.topic(), filter.of(scratch), gaps, context);
                    case Source.Push _, Source.Batch _ ->
                        gaps.add(view.id() + " has no events: its rows come once it is applied");
                }
            }
            isRead = true;
        } catch (KafkaException e) {
            throw new JobFailedException("Kafka does not give the events: " + e.getMessage(), e);
        } finally {
            if (!isRead) {
                scratches.remove(name);
            }
        }
        return new Scratch(scratches, name, scratch, List.copyOf(gaps));
    }

    private record Scratch(ScratchStores scratches, String name, OfflineStore store, List<String> gaps)
            implements Read {
        @Override
        public OfflineSnapshot snapshot(ViewId view) {
            return store.snapshot(view);
        }

        @Override
        public void close() {
            scratches.remove(name);
        }
    }

    private void read(FeatureView view, String topic, OfflineStore store, List<String> gaps, JobContext context) {
        TopicInfo info = described(view, topic);
        String group = "millrace.feature-service.planned." + context.id();
        try (KafkaConsumer<byte[], byte[]> consumer = clients.consumer(group)) {
            List<TopicPartition> partitions = info.topicPartitions();
            consumer.assign(partitions);
            consumer.beginningOffsets(partitions).forEach((partition, begin) -> {
                if (begin > 0) {
                    gaps.add("events of " + view.id() + " are gone: partition " + partition.partition() + " of " + topic
                            + " begins at offset " + begin);
                }
            });
            var feed = new OfflineFeed(
                    view,
                    store,
                    () -> readers.offline(view),
                    new OfflineFeed.Flush(
                            FLUSH, settings.flushRows(), settings.flushSize().asLongValue()),
                    () -> false,
                    new OfflineMetrics(new SimpleMeterRegistry()));
            try (SourceLoop.Taking taking = feed.take(info, consumer)) {
                taking.begin(partitions);
                context.phase("reads the events of " + view.id());
                drain(taking, consumer, view, context);
                taking.finish(SourceLoop.Ending.STOPPED);
            }
        } finally {
            topics.forgetGroup(group);
        }
    }

    /** Up to where the topic ends now. */
    private static void drain(
            SourceLoop.Taking taking, KafkaConsumer<byte[], byte[]> consumer, FeatureView view, JobContext context) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        long expected = left(consumer, ends);
        long left = expected;
        long heard = System.nanoTime();
        while (left > 0) {
            context.checkCancelled();
            taking.turn(consumer.poll(POLL));
            long now = left(consumer, ends);
            if (now < left) {
                heard = System.nanoTime();
            } else if (System.nanoTime() - heard > PATIENCE.toNanos()) {
                throw new JobFailedException("Kafka gives no events of " + view.id() + " any more", null);
            }
            left = now;
            context.progress(expected - left, expected);
        }
    }

    private static long left(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream()
                .mapToLong(end -> Math.max(0, end.getValue() - consumer.position(end.getKey())))
                .sum();
    }

    private TopicInfo described(FeatureView view, String topic) {
        try {
            return topics.describe(topic)
                    .orTimeout(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)
                    .join();
        } catch (CompletionException e) {
            throw new JobFailedException(
                    "topic " + topic + " of " + view.id() + " cannot be read: "
                            + (e.getCause() == null
                                    ? e.getMessage()
                                    : e.getCause().getMessage()),
                    e);
        }
    }
}
