package io.millrace.inference.kafka;

import io.millrace.inference.app.replay.RecordedPrediction;
import io.millrace.inference.app.watch.WatchedRow;
import io.millrace.inference.domain.Alert;
import io.millrace.inference.domain.Pipeline;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One life of the watch of a pipeline on this replica. Whoever has the one partition of its state watches: takes the state up, reads the pipeline's outputs from where it stands, and keeps state, place, report and
 * events together in transactions. Used by one thread.
 */
final class WatchSession implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(WatchSession.class);
    private static final Duration OWNED = Duration.ofMillis(100);
    private static final Duration CLOSE = Duration.ofSeconds(5);

    /** So many predictions are kept together at most, and what a crash repeats. */
    private static final int MOST_UNKEPT = 50_000;

    private final Pipeline pipeline;
    private final WatchParts parts;
    private final WatchLoop loop;
    private final TopicPartition state;
    private final KafkaConsumer<byte[], byte[]> ownership;
    private @Nullable WatchKeeping keeping;
    private @Nullable KafkaConsumer<byte[], byte[]> predictions;
    private List<TopicPartition> partitions = List.of();
    private long keptNanos;
    private long unkept;
    private boolean given;
    private boolean taken;

    WatchSession(Pipeline pipeline, WatchParts parts, WatchLoop loop) {
        this.pipeline = pipeline;
        this.parts = parts;
        this.loop = loop;
        this.state = new TopicPartition(WatchParts.state(pipeline.name()), 0);
        this.ownership = new KafkaConsumer<>(
                parts.owner(pipeline.name()), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        ownership.subscribe(List.of(state.topic()), new Ownership());
    }

    /** Where predictions stand; alerts of the pipeline may go to one of these, too, and are passed over. */
    static Set<String> topics(Pipeline pipeline) {
        return pipeline.outputs().stream()
                .map(output -> output.topic())
                .filter(topic -> !topic.equals(Alert.DEFAULT_TOPIC))
                .collect(Collectors.toSet());
    }

    /** Runs until told to stop. */
    void run() {
        while (!loop.isStopping()) {
            ownership.poll(keeping == null ? OWNED : Duration.ZERO);
            if (taken) {
                release(false);
            }
            if (given && keeping == null) {
                begin();
            }
            WatchKeeping now = keeping;
            if (now == null) {
                loop.running(false, -1);
            } else {
                watch(now);
            }
        }
        release(true);
    }

    private void begin() {
        var kept = new WatchKeeping(pipeline, parts);
        keeping = kept;
        kept.takeUp();
        predictions = new KafkaConsumer<>(
                parts.reader(pipeline.name()), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        find(predictions, kept);
        keptNanos = System.nanoTime();
        LOG.infof("Pipeline %s is watched by this replica", pipeline.name());
    }

    /** All partitions of the outputs, from where the watch stands; a new one from its beginning. */
    private void find(KafkaConsumer<byte[], byte[]> consumer, WatchKeeping kept) {
        partitions = topics(pipeline).stream()
                .sorted()
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        for (TopicPartition partition : partitions) {
            Long offset = kept.offset(partition);
            if (offset == null) {
                consumer.seekToBeginning(List.of(partition));
            } else {
                consumer.seek(partition, offset);
            }
        }
    }

    private void watch(WatchKeeping kept) {
        KafkaConsumer<byte[], byte[]> consumer = predictions;
        if (consumer == null) {
            return;
        }
        ConsumerRecords<byte[], byte[]> records = consumer.poll(OWNED);
        var behind = new HashSet<String>();
        long lag = 0;
        int watched = 0;
        for (TopicPartition partition : partitions) {
            for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
                if (kept.takes(partition, record)) {
                    fold(kept, record);
                    watched++;
                }
            }
            long position = consumer.position(partition);
            long end = position + consumer.currentLag(partition).orElse(0);
            long next = kept.standAt(partition, position, end);
            if (next > position) {
                consumer.seek(partition, next);
            }
            lag += end - next;
            if (next < end) {
                behind.add(partition.toString());
            }
        }
        unkept += records.count();
        parts.telemetry().watched(pipeline.name(), watched);
        boolean looked = kept.advance(behind);
        boolean due =
                unkept > 0 && System.nanoTime() - keptNanos > parts.keepWithin().toNanos();
        if (looked || due || unkept >= MOST_UNKEPT) {
            keep(kept);
        }
        loop.running(true, lag);
    }

    private void fold(WatchKeeping kept, ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return;
        }
        RecordedPrediction prediction;
        try {
            prediction = PredictionParser.read(record.value());
        } catch (IOException notOne) {
            LOG.debugf(
                    "%s-%d at %d holds no prediction: %s", record.topic(), record.partition(), record.offset(), notOne);
            return;
        }
        if (prediction.pipeline().equals(pipeline.name())) {
            kept.watch()
                    .fold(
                            WatchedRow.of(prediction),
                            record.topic() + "-" + record.partition(),
                            record.timestamp() * 1_000);
        }
    }

    private void keep(WatchKeeping kept) {
        kept.keep();
        unkept = 0;
        keptNanos = System.nanoTime();
    }

    private void release(boolean keep) {
        taken = false;
        WatchKeeping kept = keeping;
        keeping = null;
        if (kept != null) {
            try {
                if (keep && unkept > 0) {
                    keep(kept);
                }
            } finally {
                kept.close();
            }
        }
        if (predictions != null) {
            predictions.close(CloseOptions.timeout(CLOSE));
            predictions = null;
        }
        unkept = 0;
        parts.telemetry().forget(pipeline.name());
    }

    @Override
    public void close() {
        try {
            release(false);
            ownership.close(CloseOptions.timeout(CLOSE)
                    .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        } catch (KafkaException e) {
            LOG.debugf(e, "The consumers of the watch of %s did not close well", pipeline.name());
        }
    }

    /** Runs inside polls; what it says is done behind them. */
    private final class Ownership implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
            if (assigned.contains(state)) {
                given = true;
                ownership.pause(List.of(state));
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            if (revoked.contains(state)) {
                given = false;
                taken = true;
            }
        }
    }
}
