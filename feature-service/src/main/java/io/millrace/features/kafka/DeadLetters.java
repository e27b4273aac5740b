package io.millrace.features.kafka;

import io.millrace.features.kernel.SourcePartition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes the records that a view can never use to {@code <topic>.dlq}, each exactly once: in one Kafka transaction with the offset, committed
 * to the view's consumer group, below which all dead letters are written. After a crash that offset says which ones not to write again,
 * whatever the online store's positions say. Used by one thread.
 */
final class DeadLetters implements AutoCloseable {
    static final String SUFFIX = ".dlq";

    private static final Logger LOG = Logger.getLogger(DeadLetters.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String OURS = "millrace.";
    private static final char BEFORE_NOTE = ';';

    private final KafkaClients clients;
    private final Topics topics;
    private final String transactionalId;
    private final String view;
    private final boolean written;
    private final Map<SourcePartition, Long> writtenBelow = new HashMap<>();
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    /** Up to where a partition is read, and the note to keep with that. */
    record Reached(long next, String note) {}

    /** A record and why it is dead. */
    record DeadLetter(ConsumerRecord<byte[], byte[]> record, SourcePartition source, Enum<?> reason, String detail) {}

    DeadLetters(KafkaClients clients, Topics topics, String transactionalId, String view) {
        this(clients, topics, transactionalId, view, true);
    }

    private DeadLetters(KafkaClients clients, Topics topics, String transactionalId, String view, boolean written) {
        this.written = written;
        this.clients = clients;
        this.topics = topics;
        this.transactionalId = transactionalId;
        this.view = view;
    }

    /** For a loop that goes over records again beside the one whose dead letters are written. */
    static DeadLetters unwritten(KafkaClients clients, Topics topics, String view) {
        return new DeadLetters(clients, topics, "", view, false);
    }

    /**
     * Takes up what the group has committed for a partition; an offset of a topic that is gone does not count.
     *
     * @return the note that was committed with it, "" where none counts
     */
    String resume(SourcePartition partition, @Nullable OffsetAndMetadata committed) {
        Optional<String> note = note(partition, committed);
        writtenBelow.put(partition, committed == null || note.isEmpty() ? 0L : committed.offset());
        return note.orElse("");
    }

    /** The note that was committed for a partition; empty where nothing was, or it was for a topic that is gone. */
    static Optional<String> note(SourcePartition partition, @Nullable OffsetAndMetadata committed) {
        String metadata = committed == null ? "" : committed.metadata();
        int note = metadata.indexOf(BEFORE_NOTE);
        String topicId = note < 0 ? metadata : metadata.substring(0, note);
        return committed == null || !topicId.equals(partition.topicId())
                ? Optional.empty()
                : Optional.of(note < 0 ? "" : metadata.substring(note + 1));
    }

    /**
     * What to commit for a partition that has been applied up to {@code applied}: never less than what says which dead letters are written.
     *
     * @param note kept beside it for the next {@link #resume}
     */
    OffsetAndMetadata commit(SourcePartition partition, long applied, String note) {
        String metadata = note.isEmpty() ? partition.topicId() : partition.topicId() + BEFORE_NOTE + note;
        return new OffsetAndMetadata(Math.max(applied, writtenBelow.getOrDefault(partition, 0L)), metadata);
    }

    /**
     * Writes the dead letters of a batch.
     *
     * @param next offsets behind the batch, and what to keep with them
     * @return the letters that were written now, without those of an earlier life
     * @throws DeadLettersBlockedException where their topic cannot be made or may not be written
     * @throws KafkaException where they could not be written; whether they were is found out at the next {@link #resume}
     */
    List<DeadLetter> write(
            List<DeadLetter> letters, Map<SourcePartition, Reached> next, ConsumerGroupMetadata group, int partitions) {
        List<DeadLetter> fresh = letters.stream()
                .filter(letter -> letter.record().offset() >= writtenBelow.getOrDefault(letter.source(), 0L))
                .toList();
        if (fresh.isEmpty() || !written) {
            return List.of();
        }
        String topic = fresh.getFirst().source().topic() + SUFFIX;
        KafkaProducer<byte[], byte[]> open = producer(topic, partitions);
        try {
            transact(open, topic, fresh, next, group);
        } catch (KafkaException e) {
            close();
            if (e instanceof AuthorizationException) {
                throw new DeadLettersBlockedException(topic + " may not be written: " + e.getMessage(), e);
            }
            if (!(e instanceof RecordTooLargeException) && !(e.getCause() instanceof RecordTooLargeException)) {
                throw e;
            }
            transact(producer(topic, partitions), topic, withoutLarge(fresh), next, group);
        }
        next.forEach((partition, reached) -> writtenBelow.merge(partition, reached.next(), Math::max));
        return fresh;
    }

    private void transact(
            KafkaProducer<byte[], byte[]> open,
            String topic,
            List<DeadLetter> letters,
            Map<SourcePartition, Reached> next,
            ConsumerGroupMetadata group) {
        open.beginTransaction();
        letters.forEach(letter -> open.send(record(topic, letter)));
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        next.forEach((partition, reached) -> offsets.put(
                new TopicPartition(partition.topic(), partition.partition()),
                commit(partition, reached.next(), reached.note())));
        open.sendOffsetsToTransaction(offsets, group);
        open.commitTransaction();
    }

    private ProducerRecord<byte[], byte[]> record(String topic, DeadLetter letter) {
        ConsumerRecord<byte[], byte[]> dead = letter.record();
        return new ProducerRecord<>(topic, null, dead.key(), dead.value(), headers(letter));
    }

    /** The record's own headers, so that its trace goes on; whatever it claims in our name is left out. */
    private Headers headers(DeadLetter letter) {
        var headers = new RecordHeaders();
        for (Header header : letter.record().headers()) {
            if (!header.key().startsWith(OURS)) {
                headers.add(header);
            }
        }
        Map.of(
                        "reason", letter.reason().name(),
                        "detail", letter.detail(),
                        "source-topic", letter.source().topic(),
                        "source-partition", Integer.toString(letter.source().partition()),
                        "source-offset", Long.toString(letter.record().offset()),
                        "view", view)
                .forEach((name, value) -> headers.add(OURS + name, value.getBytes(StandardCharsets.UTF_8)));
        return headers;
    }

    /** The same letters; those that no topic takes lose their bytes, which the source still has. */
    private static List<DeadLetter> withoutLarge(List<DeadLetter> letters) {
        var smaller = new ArrayList<DeadLetter>();
        for (DeadLetter letter : letters) {
            ConsumerRecord<byte[], byte[]> record = letter.record();
            int size = record.serializedValueSize();
            smaller.add(
                    size < (1 << 19)
                            ? letter
                            : new DeadLetter(
                                    new ConsumerRecord<>(
                                            record.topic(), record.partition(), record.offset(), record.key(), null),
                                    letter.source(),
                                    letter.reason(),
                                    letter.detail() + "; its " + size
                                            + " bytes are too large for the dead-letter topic"));
        }
        return smaller;
    }

    private KafkaProducer<byte[], byte[]> producer(String topic, int partitions) {
        KafkaProducer<byte[], byte[]> open = producer;
        if (open == null) {
            ensure(topic, partitions);
            open = clients.producer(transactionalId, PATIENCE);
            producer = open;
            try {
                open.initTransactions();
            } catch (KafkaException e) {
                close();
                throw e;
            }
        }
        return open;
    }

    /** A topic that the broker refuses to make is somebody's to decide; a broker that is away comes back. */
    private void ensure(String topic, int partitions) {
        try {
            topics.ensure(topic, Optional.of(partitions), Map.of());
        } catch (KafkaException e) {
            Throwable cause = e.getCause() == null || e.getCause().getCause() == null
                    ? e
                    : e.getCause().getCause();
            if (cause instanceof RetriableException || !(cause instanceof ApiException)) {
                throw e;
            }
            throw new DeadLettersBlockedException(
                    "records that cannot be used wait for the topic " + topic + ": " + cause.getMessage(), e);
        }
    }

    /** Ends an unfinished transaction, if there is one, by leaving it: the next producer of this id ends it. */
    @Override
    public void close() {
        KafkaProducer<byte[], byte[]> open = producer;
        producer = null;
        if (open != null) {
            try {
                open.close(Duration.ZERO);
            } catch (KafkaException e) {
                LOG.debugf(e, "A producer of dead letters did not close cleanly");
            }
        }
    }
}
