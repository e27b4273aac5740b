package io.millrace.inference.kafka;

import io.millrace.inference.app.DeadLetterReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One life of a consumer and its transactional producer. It ends with the first Kafka error that leaves open what was committed; the next session
 * begins with a fenced predecessor and the committed offsets. Used by one thread.
 */
final class StreamSession implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(StreamSession.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration LOOK_AT_TOPIC = Duration.ofSeconds(5);
    private static final Duration CLOSE = Duration.ofSeconds(5);

    private final StreamParts parts;
    private final StreamState state;
    private final BackOff backOff;
    private final StreamTopics topics;
    private final BatchScorer scorer;
    private final String inputId;
    private final StartingOffsets starting;
    private final SuspectRecords suspects = new SuspectRecords();
    private final Transactions transactions;
    private final KafkaConsumer<byte[], byte[]> consumer;
    /** Where to read again from when nothing more is committed. */
    private final Map<TopicPartition, Long> uncommitted = new HashMap<>();

    /** What is scored and waits for its transaction, which begins once the poll after it is done. */
    private @Nullable ScoredRecords ahead;

    private @Nullable ScoredRecords committing;
    private boolean waiting;
    private long lookedAtTopic = System.nanoTime();

    /**
     * Joins the group once everything that it needs is there, and ends what its predecessor of the same ordinal left open.
     *
     * @throws StreamStalledException where a topic is missing or Kafka does not answer
     */
    StreamSession(StreamParts parts, StreamTopics topics, StreamState state, BackOff backOff) {
        this.parts = parts;
        this.topics = topics;
        this.state = state;
        this.backOff = backOff;
        this.scorer =
                new BatchScorer(parts.pipeline(), parts.scoring(), parts.settings(), parts.traces(), parts.schemas());
        StreamTopics.Prepared prepared = topics.prepare();
        this.inputId = prepared.inputId();
        this.scorer.readFrom(inputId);
        this.scorer.limitPredictions(prepared.maxPredictionBytes());
        String input = parts.pipeline().input().topic();
        this.starting =
                new StartingOffsets(input, inputId, parts.pipeline().input().start());
        String name = parts.pipeline().name();
        this.transactions = new Transactions(
                new KafkaProducer<>(
                        parts.settings().producer(name), new ByteArraySerializer(), new ByteArraySerializer()),
                name);
        try {
            transactions.init();
            this.consumer = new KafkaConsumer<>(
                    parts.settings().consumer(name), new ByteArrayDeserializer(), new ByteArrayDeserializer());
            consumer.subscribe(List.of(input), new Assignments());
        } catch (KafkaException e) {
            transactions.close();
            scorer.close();
            throw e;
        }
    }

    /**
     * Reads, scores and commits until told to stop. While one batch is committed the next is scored. No poll happens while a transaction is under way,
     * so that the group changes only between transactions.
     */
    void run(BooleanSupplier stopping) {
        while (!stopping.getAsBoolean()) {
            List<ConsumerRecord<byte[], byte[]>> batch = poll(ahead == null ? POLL : Duration.ZERO);
            commitAhead();
            if (batch.isEmpty()) {
                awaitCommit();
                idle();
                continue;
            }
            for (ConsumerRecord<byte[], byte[]> record : ScoredRecords.firsts(batch)) {
                uncommitted.putIfAbsent(partition(record), record.offset());
            }
            try {
                process(batch);
            } catch (NotYetException e) {
                state.stalled(e.reason());
                waitAndReadAgain(stopping);
            }
            watchContract(batch);
        }
        commitAhead();
        awaitCommit();
    }

    @Override
    public void close() {
        ahead = null;
        committing = null;
        if (transactions.isOpen()) {
            parts.telemetry().aborted();
        }
        transactions.close();
        scorer.close();
        try {
            consumer.close(CloseOptions.timeout(CLOSE)
                    .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        } catch (KafkaException e) {
            LOG.debugf(
                    e,
                    "Pipeline %s: its consumer did not close well",
                    parts.pipeline().name());
        }
    }

    private List<ConsumerRecord<byte[], byte[]>> poll(Duration patience) {
        ConsumerRecords<byte[], byte[]> records;
        try {
            records = consumer.poll(patience);
        } catch (OffsetOutOfRangeException e) {
            throw new StreamStalledException(
                    "the records at the committed offsets are gone: " + e.offsetOutOfRangePartitions()
                            + "; reset the group's offsets to say where to go on",
                    e);
        }
        var batch = new ArrayList<ConsumerRecord<byte[], byte[]>>(records.count());
        records.forEach(batch::add);
        return batch;
    }

    private void idle() {
        long lag = lag();
        boolean nothingToDo =
                consumer.assignment().isEmpty() ? consumer.groupMetadata().generationId() >= 0 : lag == 0;
        if (nothingToDo) {
            state.running(lag);
        } else {
            state.lag(lag);
        }
        if (System.nanoTime() - lookedAtTopic > LOOK_AT_TOPIC.toNanos()) {
            lookedAtTopic = System.nanoTime();
            if (!topics.inputId().equals(java.util.Optional.of(inputId))) {
                throw new StreamStalledException(
                        "input topic '" + parts.pipeline().input().topic() + "' was deleted", null);
            }
        }
    }

    /** Scores the records while those before are committed, and leaves them to be committed next. */
    private void process(List<ConsumerRecord<byte[], byte[]>> records) {
        PreparedBatch prepared;
        try {
            prepared = prepare(records);
        } catch (NotYetException e) {
            awaitCommit();
            throw e;
        } catch (ScoringFailedException e) {
            if (awaitCommit()) {
                split(records, e);
            }
            return;
        }
        if (awaitCommit()) {
            ahead = new ScoredRecords(records, prepared);
        } else {
            prepared.endTraces("read again");
        }
    }

    private PreparedBatch prepare(List<ConsumerRecord<byte[], byte[]>> records) {
        PreparedBatch prepared = scorer.prepare(records);
        if (prepared.isAnyScored()) {
            suspects.scored();
        }
        return prepared;
    }

    /**
     * Commits records on which scoring fails, in as many transactions as it takes to find those that are to blame, which become dead letters.
     *
     * @return whether all are committed
     */
    private boolean split(List<ConsumerRecord<byte[], byte[]>> records, ScoringFailedException e) {
        if (records.size() == 1) {
            begin(new ScoredRecords(records, giveUp(records.getFirst(), e)));
            return awaitCommit();
        }
        int half = records.size() / 2;
        return search(records.subList(0, half)) && search(records.subList(half, records.size()));
    }

    private boolean search(List<ConsumerRecord<byte[], byte[]>> records) {
        PreparedBatch prepared;
        try {
            prepared = prepare(records);
        } catch (ScoringFailedException e) {
            return split(records, e);
        }
        begin(new ScoredRecords(records, prepared));
        return awaitCommit();
    }

    private PreparedBatch giveUp(ConsumerRecord<byte[], byte[]> record, ScoringFailedException e) {
        LOG.errorf(
                e,
                "Pipeline %s: scoring fails on %s offset %d",
                parts.pipeline().name(),
                partition(record),
                record.offset());
        if (!suspects.isToBlame(record)) {
            throw new NotYetException("scoring fails: " + e.reason(), e);
        }
        return scorer.giveUp(record, e.reason());
    }

    private void commitAhead() {
        ScoredRecords next = ahead;
        ahead = null;
        if (next != null) {
            begin(next);
        }
    }

    private void begin(ScoredRecords scored) {
        committing = scored;
        transactions.begin(scored.batch(), scored.offsets(starting.mark()), consumer.groupMetadata());
    }

    /**
     * Waits until what is being committed is. Where the group has moved on since its records were read, it was not: then it is read again.
     *
     * @return whether everything that was begun is committed
     */
    private boolean awaitCommit() {
        ScoredRecords last = committing;
        if (last == null) {
            return true;
        }
        committing = null;
        try {
            transactions.await();
        } catch (CommitFailedException e) {
            LOG.debugf(
                    e, "Pipeline %s: the group has moved on", parts.pipeline().name());
            parts.telemetry().aborted();
            transactions.abort();
            readAgain();
            return false;
        } catch (RecordTooLargeException e) {
            throw new StreamStalledException("a record is longer than its topic takes: " + e.getMessage(), e);
        } catch (KafkaException e) {
            if (e.getCause() instanceof RecordTooLargeException cause) {
                throw new StreamStalledException("a record is longer than its topic takes: " + cause.getMessage(), e);
            }
            throw e;
        }
        last.offsets("").forEach((partition, offset) -> uncommitted.put(partition, offset.offset()));
        count(last.batch(), last.records().size());
        backOff.reset();
        state.running(lag());
        return true;
    }

    private void count(PreparedBatch prepared, int records) {
        long[] timestamps = prepared.predictedTimestamps();
        int predictions = timestamps.length;
        parts.tally().committed(predictions, prepared.deadLetters().size());
        parts.telemetry().committed(records, predictions);
        for (DeadLetterReason reason : prepared.deadLetters()) {
            parts.telemetry().deadLettered(reason);
        }
        long now = parts.clock().millis();
        for (int i = 0; i < predictions; i++) {
            timestamps[i] = Math.max(0, now - timestamps[i]);
        }
        parts.telemetry().latencies(timestamps);
    }

    private void readAgain() {
        for (TopicPartition partition : consumer.assignment()) {
            Long from = uncommitted.get(partition);
            if (from != null) {
                consumer.seek(partition, from);
            }
        }
    }

    /** Goes back to what is not committed and waits, still a living member of the group. */
    private void waitAndReadAgain(BooleanSupplier stopping) {
        readAgain();
        long until = System.nanoTime() + backOff.next().toNanos();
        waiting = true;
        consumer.pause(consumer.assignment());
        while (!stopping.getAsBoolean() && System.nanoTime() < until) {
            for (ConsumerRecord<byte[], byte[]> record : poll(POLL)) {
                throw new IllegalStateException("a paused partition gave a record: " + partition(record));
            }
            state.lag(lag());
        }
        waiting = false;
        consumer.resume(consumer.assignment());
    }

    private void watchContract(List<ConsumerRecord<byte[], byte[]>> batch) {
        if (parts.contract() == null) {
            return;
        }
        for (ConsumerRecord<byte[], byte[]> record : batch) {
            if (parts.contract().isFull()) {
                return;
            }
            if (record.value() != null && scorer.isEvent(record)) {
                parts.contract().offer(record.value());
            }
        }
    }

    private long lag() {
        long sum = 0;
        for (TopicPartition partition : consumer.assignment()) {
            OptionalLong lag = consumer.currentLag(partition);
            if (lag.isEmpty()) {
                return -1;
            }
            sum += lag.getAsLong();
        }
        return sum;
    }

    private static TopicPartition partition(ConsumerRecord<?, ?> record) {
        return new TopicPartition(record.topic(), record.partition());
    }

    /** Runs inside polls. No transaction is ever under way then. */
    private final class Assignments implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            if (partitions.isEmpty()) {
                return;
            }
            topics.fenceTheGone();
            starting.commitMissing(consumer, partitions);
            if (waiting) {
                consumer.pause(partitions);
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            // They are still ours: what is scored of them is committed before others read on.
            commitAhead();
            awaitCommit();
            partitions.forEach(uncommitted::remove);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            ScoredRecords dropped = ahead;
            ahead = null;
            partitions.forEach(uncommitted::remove);
            if (dropped != null) {
                dropped.batch().endTraces("the partitions went to others");
                readAgain();
            }
        }
    }
}
