package io.millrace.definitions.log;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Definitions by key in a compacted topic of one partition, which is their order. Every replica follows it on a thread of its own, so that
 * what one applies all see. A set of changes is written in one transaction: all or none.
 *
 * <p>Kafka may be absent at start and come later: following is retried until {@link #close}; {@link #isCurrent} says whether the state
 * can be trusted. Thread-safe.
 */
public final class DefinitionLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DefinitionLog.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private final String bootstrapServers;
    private final TopicPartition partition;
    private final Consumer<Change> listener;
    private final Thread follower;
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private final Map<String, String> state = new ConcurrentHashMap<>();
    private final Object applied = new Object();
    private long appliedOffset = -1;
    private volatile boolean open = true;
    private volatile @Nullable String failure = "not read yet";

    /**
     * One key's change as the log gives it, in order.
     *
     * @param value null where the key was removed
     */
    public record Change(String key, @Nullable String value) {}

    private DefinitionLog(String bootstrapServers, String topic, Consumer<Change> listener) {
        this.bootstrapServers = bootstrapServers;
        this.partition = new TopicPartition(topic, 0);
        this.listener = listener;
        this.follower =
                Thread.ofPlatform().name("definitions-" + topic).daemon().unstarted(this::follow);
    }

    /**
     * Starts to follow the log; makes the topic where it is missing.
     *
     * @param listener hears every change in order, one at a time, on the follower's thread; what it throws is logged and following goes on
     */
    public static DefinitionLog follow(String bootstrapServers, String topic, Consumer<Change> listener) {
        var log = new DefinitionLog(bootstrapServers, topic, listener);
        log.follower.start();
        return log;
    }

    /** Waits until what was in the log at start has been heard; false where {@code patience} ran out. */
    public boolean awaitCurrent(Duration patience) throws InterruptedException {
        return caughtUp.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether everything that was in the log at start has been heard. */
    public boolean isCurrent() {
        return caughtUp.getCount() == 0;
    }

    /** Why the log cannot be followed at the moment, or null. */
    public @Nullable String failure() {
        return failure;
    }

    /** A copy of the definitions as last heard. */
    public Map<String, String> snapshot() {
        return Map.copyOf(state);
    }

    /**
     * Writes changes, all or none, and returns once this replica's listener has heard them.
     *
     * @param changes key to value, or to null for a removal
     * @throws DefinitionLogException where Kafka does not take them within {@code patience}
     */
    public void write(Map<String, @Nullable String> changes, Duration patience) {
        if (changes.isEmpty()) {
            return;
        }
        long deadline = System.nanoTime() + patience.toNanos();
        long last = send(changes, patience);
        synchronized (applied) {
            while (appliedOffset < last) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    throw new DefinitionLogException(
                            "written, but not heard back within " + patience + ": " + failure, null);
                }
                try {
                    applied.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new DefinitionLogException("interrupted", e);
                }
            }
        }
    }

    @Override
    public void close() {
        open = false;
        try {
            follower.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long send(Map<String, @Nullable String> changes, Duration patience) {
        int millis = Math.toIntExact(Math.min(patience.toMillis(), 60_000));
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "transactional.id",
                partition.topic() + "-" + UUID.randomUUID(),
                "acks",
                "all",
                "max.block.ms",
                millis,
                "request.timeout.ms",
                Math.max(1_000, millis / 2),
                "delivery.timeout.ms",
                Math.max(2_000, millis),
                "linger.ms",
                0);
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            long last = -1;
            for (Map.Entry<String, @Nullable String> change : changes.entrySet()) {
                var record = new ProducerRecord<>(partition.topic(), 0, change.getKey(), change.getValue());
                last = producer.send(record).get(millis, TimeUnit.MILLISECONDS).offset();
            }
            producer.commitTransaction();
            return last;
        } catch (KafkaException | ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new DefinitionLogException("Kafka did not take the definitions: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DefinitionLogException("interrupted", e);
        }
    }

    private void follow() {
        while (open) {
            try {
                ensureTopic();
                read();
            } catch (WakeupException | InterruptException e) {
                return;
            } catch (KafkaException | ExecutionException | java.util.concurrent.TimeoutException e) {
                failure = "Kafka: " + e.getMessage();
                LOG.warn("{} cannot be followed, trying again: {}", partition.topic(), e.getMessage());
                if (!pause()) {
                    return;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void ensureTopic() throws InterruptedException, ExecutionException, java.util.concurrent.TimeoutException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            var topic = new NewTopic(partition.topic(), java.util.Optional.of(1), java.util.Optional.empty())
                    .configs(Map.of("cleanup.policy", "compact"));
            admin.createTopics(List.of(topic)).all().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }

    private void read() {
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "isolation.level",
                "read_committed",
                "enable.auto.commit",
                false,
                "auto.offset.reset",
                "earliest");
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(partition));
            if (appliedOffset < 0) {
                consumer.seekToBeginning(List.of(partition));
            } else {
                consumer.seek(partition, appliedOffset + 1);
            }
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (open) {
                ConsumerRecords<String, @Nullable String> records = consumer.poll(POLL);
                failure = null;
                records.forEach(this::hear);
                long position = consumer.position(partition);
                synchronized (applied) {
                    appliedOffset = Math.max(appliedOffset, position - 1);
                    applied.notifyAll();
                }
                if (position >= end) {
                    caughtUp.countDown();
                }
            }
        }
    }

    private void hear(ConsumerRecord<String, @Nullable String> record) {
        String value = record.value();
        if (value == null) {
            state.remove(record.key());
        } else {
            state.put(record.key(), value);
        }
        try {
            listener.accept(new Change(record.key(), value));
        } catch (RuntimeException e) {
            LOG.error("The definition {} of {} failed to apply", record.key(), partition.topic(), e);
        }
    }

    private static boolean pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(1_000);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** What the changes map of {@link #write} holds for a key that is put. */
    public static Map<String, @Nullable String> put(String key, String value) {
        var changes = new HashMap<String, @Nullable String>();
        changes.put(key, value);
        return changes;
    }

    /** What the changes map of {@link #write} holds for a key that is removed. */
    public static Map<String, @Nullable String> remove(String key) {
        var changes = new HashMap<String, @Nullable String>();
        changes.put(key, null);
        return changes;
    }
}
