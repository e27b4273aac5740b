package io.millrace.inference.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The transactions of a stream, one at a time, each on a thread of its own, so that what follows can be prepared meanwhile. Used by one thread. */
final class Transactions implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Transactions.class);
    private static final Duration CLOSE = Duration.ofSeconds(5);

    private final KafkaProducer<byte[], byte[]> producer;
    private final ExecutorService thread;
    private volatile boolean open;
    private @Nullable Future<?> underWay;

    /** Of a producer that is closed with this. */
    Transactions(KafkaProducer<byte[], byte[]> producer, String name) {
        this.producer = producer;
        this.thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("commit-" + name).daemon().factory());
    }

    /** Fences a predecessor of the same transactional id and ends what it left open. */
    void init() {
        producer.initTransactions();
    }

    boolean isUnderWay() {
        return underWay != null;
    }

    /** Begins to encode, write and commit a batch with its offsets. The one before must have been awaited. */
    void begin(PreparedBatch batch, Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata membership) {
        if (underWay != null) {
            throw new IllegalStateException("a transaction is under way");
        }
        underWay = thread.submit(() -> commit(batch, offsets, membership));
    }

    /**
     * Waits until the transaction that was begun last is committed.
     *
     * @throws KafkaException where it was not, or where that is not known
     */
    void await() {
        Future<?> last = underWay;
        if (last == null) {
            return;
        }
        try {
            last.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } finally {
            underWay = null;
        }
    }

    /** Ends a transaction that was not committed; the producer can go on where this does not throw. */
    void abort() {
        if (open) {
            open = false;
            producer.abortTransaction();
        }
    }

    boolean isOpen() {
        return open;
    }

    private void commit(
            PreparedBatch batch, Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata membership) {
        String error = "not committed";
        try {
            batch.encode();
            producer.beginTransaction();
            open = true;
            for (ProducerRecord<byte[], byte[]> record : batch.records()) {
                producer.send(record);
            }
            producer.sendOffsetsToTransaction(offsets, membership);
            producer.commitTransaction();
            open = false;
            error = null;
        } finally {
            batch.endTraces(error);
        }
    }

    /** Waits for what is under way, aborts what is open, and lets the producer go. */
    @Override
    public void close() {
        try {
            await();
        } catch (KafkaException e) {
            LOG.debug("the last transaction was not committed", e);
        }
        thread.shutdown();
        try {
            abort();
        } catch (KafkaException e) {
            LOG.debug("the transaction is left to the next session to end", e);
        }
        producer.close(CLOSE);
    }
}
