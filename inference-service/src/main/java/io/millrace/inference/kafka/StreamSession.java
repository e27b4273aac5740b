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
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jboss.logging.Logger;

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
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;
    /** Where to read again from when the batch under way is not committed. */
    private final Map<TopicPartition, Long> uncommitted = new HashMap<>();

    private boolean waiting;
    private boolean inTransaction;
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
        this.scorer.limitPredictions(prepared.maxPredictionBytes());
        String input = parts.pipeline().input().topic();
        this.starting =
                new StartingOffsets(input, inputId, parts.pipeline().input().start());
        String name = parts.pipeline().name();
        this.producer = new KafkaProducer<>(
                parts.settings().producer(name), new ByteArraySerializer(), new ByteArraySerializer());
        try {
            producer.initTransactions();
            this.consumer = new KafkaConsumer<>(
                    parts.settings().consumer(name), new ByteArrayDeserializer(), new ByteArrayDeserializer());
            consumer.subscribe(List.of(input), new Assignments());
        } catch (KafkaException e) {
            producer.close(Duration.ZERO);
            throw e;
        }
    }

    /** Reads, scores and commits until told to stop. */
    void run(BooleanSupplier stopping) {
        while (!stopping.getAsBoolean()) {
            List<ConsumerRecord<byte[], byte[]>> batch = poll();
            if (batch.isEmpty()) {
                idle();
                continue;
            }
            uncommitted.clear();
            for (ConsumerRecord<byte[], byte[]> record : batch) {
                uncommitted.putIfAbsent(partition(record), record.offset());
            }
            try {
                process(batch);
                backOff.reset();
                state.running(lag());
            } catch (NotYetException e) {
                state.stalled(e.reason());
                waitAndReadAgain(stopping);
            }
            watchContract(batch);
        }
    }

    @Override
    public void close() {
        if (inTransaction) {
            abort();
        }
        try {
            consumer.close(CloseOptions.timeout(CLOSE)
                    .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        } catch (KafkaException e) {
            LOG.debugf(
                    e,
                    "Pipeline %s: its consumer did not close well",
                    parts.pipeline().name());
        }
        producer.close(CLOSE);
    }

    private List<ConsumerRecord<byte[], byte[]>> poll() {
        ConsumerRecords<byte[], byte[]> records;
        try {
            records = consumer.poll(POLL);
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

    /** Commits the records, those that scoring fails on as dead letters, in as many transactions as it takes to find them. */
    private void process(List<ConsumerRecord<byte[], byte[]>> records) {
        PreparedBatch prepared;
        try {
            prepared = scorer.prepare(records);
            if (!prepared.predictedTimestamps().isEmpty()) {
                suspects.scored();
            }
        } catch (ScoringFailedException e) {
            if (records.size() > 1) {
                int half = records.size() / 2;
                process(records.subList(0, half));
                process(records.subList(half, records.size()));
                return;
            }
            ConsumerRecord<byte[], byte[]> record = records.getFirst();
            LOG.errorf(
                    e,
                    "Pipeline %s: scoring fails on %s offset %d",
                    parts.pipeline().name(),
                    partition(record),
                    record.offset());
            if (!suspects.isToBlame(record)) {
                throw new NotYetException("scoring fails: " + e.reason(), e);
            }
            prepared = scorer.giveUp(record, e.reason());
        }
        commit(prepared, records);
    }

    private void commit(PreparedBatch prepared, List<ConsumerRecord<byte[], byte[]>> records) {
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            offsets.put(
                    partition(record),
                    new OffsetAndMetadata(record.offset() + 1, record.leaderEpoch(), starting.mark()));
        }
        String error = "not committed";
        try {
            producer.beginTransaction();
            inTransaction = true;
            for (ProducerRecord<byte[], byte[]> record : prepared.records()) {
                producer.send(record);
            }
            producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
            producer.commitTransaction();
            inTransaction = false;
            error = null;
        } catch (RecordTooLargeException e) {
            throw new StreamStalledException("a record is longer than its topic takes: " + e.getMessage(), e);
        } catch (KafkaException e) {
            if (e.getCause() instanceof RecordTooLargeException cause) {
                throw new StreamStalledException("a record is longer than its topic takes: " + cause.getMessage(), e);
            }
            throw e;
        } finally {
            prepared.endTraces(error);
        }
        offsets.forEach((partition, offset) -> uncommitted.put(partition, offset.offset()));
        count(prepared, records.size());
    }

    private void count(PreparedBatch prepared, int records) {
        int predictions = prepared.predictedTimestamps().size();
        parts.tally().committed(predictions, prepared.deadLetters().size());
        parts.telemetry().committed(records, predictions);
        for (DeadLetterReason reason : prepared.deadLetters()) {
            parts.telemetry().deadLettered(reason);
        }
        long now = parts.clock().millis();
        for (long timestamp : prepared.predictedTimestamps()) {
            parts.telemetry().latency(Duration.ofMillis(Math.max(0, now - timestamp)));
        }
    }

    private void abort() {
        inTransaction = false;
        parts.telemetry().aborted();
        try {
            producer.abortTransaction();
        } catch (KafkaException e) {
            LOG.debugf(
                    e,
                    "Pipeline %s: the transaction is left to the next session to end",
                    parts.pipeline().name());
        }
    }

    /** Goes back to what is not committed and waits, still a living member of the group. */
    private void waitAndReadAgain(BooleanSupplier stopping) {
        for (TopicPartition partition : consumer.assignment()) {
            Long from = uncommitted.get(partition);
            if (from != null) {
                consumer.seek(partition, from);
            }
        }
        long until = System.nanoTime() + backOff.next().toNanos();
        waiting = true;
        consumer.pause(consumer.assignment());
        while (!stopping.getAsBoolean() && System.nanoTime() < until) {
            for (ConsumerRecord<byte[], byte[]> record : poll()) {
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
            partitions.forEach(uncommitted::remove);
        }
    }
}
