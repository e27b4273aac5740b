package io.millrace.inference.kafka;

import io.millrace.inference.app.label.FoldFeed;
import io.millrace.inference.domain.label.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
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
 * One life of the consumer of a stream's outcomes. Whoever has their one partition owns the stream: feeds the folds, and joins labels to predictions. Its offset is that of the folds, which they keep
 * with their states; the group's is not used. Used by one thread.
 */
final class OutcomeSession implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(OutcomeSession.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration STOP_JOINING = Duration.ofSeconds(10);
    private static final Duration CLOSE = Duration.ofSeconds(5);

    private final LabelParts parts;
    private final FoldFeed feed;
    private final OutcomeLoop loop;
    private final String topicId;
    private final TopicPartition outcomes;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private boolean owned;
    private @Nullable JoinLoop join;
    private volatile ConsumerGroupMetadata membership;

    /** Makes the topic where it is missing and joins the group. */
    OutcomeSession(LabelParts parts, LabelTopics topics, FoldFeed feed, OutcomeLoop loop) {
        this.parts = parts;
        this.feed = feed;
        this.loop = loop;
        String name = parts.labels().name();
        String topic = LabelSettings.outcomes(name);
        this.topicId = topics.ensure(topic, 1, parts.settings().topic(parts.labels()));
        this.outcomes = new TopicPartition(topic, 0);
        this.consumer = new KafkaConsumer<>(
                parts.settings().owner(name), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.membership = consumer.groupMetadata();
        consumer.subscribe(List.of(topic), new Ownership());
    }

    /** Reads until told to stop. */
    void run() {
        while (!loop.isStopping()) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            membership = consumer.groupMetadata();
            if (owned && join == null) {
                join = JoinLoop.start(parts, () -> membership);
            }
            if (owned && loop.hasChanged()) {
                consumer.seek(outcomes, feed.update(end()));
            } else if (owned) {
                feed(records);
            }
            said(owned ? consumer.currentLag(outcomes).orElse(-1) : -1);
        }
        release();
    }

    @Override
    public void close() {
        stopJoining();
        try {
            consumer.close(CloseOptions.timeout(CLOSE)
                    .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        } catch (KafkaException e) {
            LOG.debugf(
                    e,
                    "Labels %s: their consumer did not close well",
                    parts.labels().name());
        }
        owned = false;
        feed.abandon();
    }

    private void said(long lag) {
        JoinLoop joining = join;
        if (joining != null && !joining.reason().isEmpty()) {
            loop.stalled(true, joining.reason());
        } else {
            loop.running(owned, lag);
        }
    }

    private void feed(ConsumerRecords<byte[], byte[]> records) {
        for (ConsumerRecord<byte[], byte[]> record : records) {
            Outcome outcome;
            try {
                outcome = OutcomeJson.read(record.value());
            } catch (IOException e) {
                throw new StreamStalledException(
                        outcomes + " holds at offset " + record.offset() + " what is no outcome: " + e.getMessage(), e);
            }
            feed.take(outcome, record.offset());
        }
        parts.telemetry().folded(parts.labels().name(), records.count());
        feed.keepDue();
    }

    private long end() {
        return consumer.endOffsets(List.of(outcomes)).getOrDefault(outcomes, 0L);
    }

    private void release() {
        stopJoining();
        if (owned) {
            owned = false;
            feed.end();
        }
    }

    private void stopJoining() {
        JoinLoop joining = join;
        join = null;
        if (joining != null) {
            joining.stop(STOP_JOINING);
        }
    }

    /** Runs inside polls. */
    private final class Ownership implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            if (partitions.contains(outcomes)) {
                loop.hasChanged();
                long first = consumer.beginningOffsets(List.of(outcomes)).getOrDefault(outcomes, 0L);
                consumer.seek(outcomes, feed.begin(topicId, first, end()));
                owned = true;
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            if (partitions.contains(outcomes)) {
                release();
            }
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            // Another replica may feed its folds by now; what is kept here is of no other offset than it says.
            stopJoining();
            owned = false;
            feed.abandon();
        }
    }
}
