package io.millrace.features.kafka;

import io.millrace.features.app.IngestionReport.State;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.app.offline.OfflineConflictException;
import io.millrace.features.app.offline.OfflineStoreException;
import io.millrace.features.kernel.format.SchemaRegistryUnavailableException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads the topic of a view version, on a thread of its own from start to stop: waits for the topic, reads it with one consumer after the other, and says, counts and tries
 * again after a growing pause whatever fails; nothing is skipped.
 */
final class SourceLoop {
    private static final Logger LOG = Logger.getLogger(SourceLoop.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);

    private final String name;
    private final Wiring wiring;
    private final Taker taker;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicBoolean watching = new AtomicBoolean();
    private final Thread thread;
    private volatile @Nullable KafkaConsumer<byte[], byte[]> consuming;
    private volatile Condition condition = new Condition(State.STARTING, "");
    private Duration pause;

    /** What the loop is doing, and why where there is more to say. */
    record Condition(State state, String detail) {}

    /** Whatever takes the records of a topic. */
    interface Taker {
        /** Begins with a consumer that has no partitions yet. */
        Taking take(TopicInfo topic, KafkaConsumer<byte[], byte[]> consumer);
    }

    /**
     * The life of one consumer, used by one thread: whatever is thrown ends it, and the next one begins where the taker's store is then. It neither polls nor closes the consumer. A stop interrupts a poll and
     * whatever waits for Kafka by this consumer, and nothing else.
     */
    interface Taking extends AutoCloseable {
        /** Sets the consumer to where the store is. */
        void begin(Collection<TopicPartition> partitions);

        /** Leaves partitions to whoever has them next; also those of a consumer that is closed behind this. Called where replicas share a topic. */
        default void leave(Collection<TopicPartition> partitions) {}

        /** Takes the records of one poll, which may be none. */
        void turn(ConsumerRecords<byte[], byte[]> records);

        /** Called behind the last turn, where none of them threw. */
        default void finish(Ending why) {}

        @Override
        default void close() {}
    }

    /** Why a consumer's life ends in peace. */
    enum Ending {
        STOPPED,
        /** The topic is another one or has more partitions. */
        TOPIC_CHANGED
    }

    /**
     * What a loop works with.
     *
     * @param shared whether other replicas take a share of the partitions
     * @param prepare called before the topic is looked for: makes it, where it is the service's own
     */
    record Wiring(
            KafkaClients clients,
            Topics topics,
            String topic,
            String group,
            boolean shared,
            Runnable prepare,
            Duration minBackoff,
            Duration maxBackoff,
            Consumer<State> retried) {}

    /**
     * @param name for the log and the thread
     */
    SourceLoop(String name, Wiring wiring, Taker taker) {
        this.name = name;
        this.wiring = wiring;
        this.taker = taker;
        this.pause = wiring.minBackoff();
        this.thread = Thread.ofPlatform()
                .name(name)
                .daemon()
                .uncaughtExceptionHandler((_, error) -> ended(error))
                .unstarted(this::run);
    }

    void start() {
        wiring.topics().watch(wiring.topic());
        watching.set(true);
        thread.start();
    }

    /**
     * Ends the loop behind what it is doing, and waits for that, 20 s at most. May be called again where it did not end.
     *
     * @return whether it has ended
     */
    boolean stop() {
        stopped.countDown();
        KafkaConsumer<byte[], byte[]> polling = consuming;
        if (polling != null) {
            polling.wakeup();
        }
        try {
            if (!thread.join(STOP_PATIENCE)) {
                LOG.errorf("%s has not ended within %s", name, STOP_PATIENCE);
                return false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        if (watching.compareAndSet(true, false)) {
            wiring.topics().unwatch(wiring.topic());
        }
        return true;
    }

    Condition condition() {
        return condition;
    }

    String topic() {
        return wiring.topic();
    }

    private void run() {
        while (isOpen()) {
            try {
                Optional<TopicInfo> topic = topic(wiring.topics().lastSeen(wiring.topic()));
                if (topic.isPresent()) {
                    consume(topic.get());
                } else {
                    await(wiring.minBackoff());
                }
            } catch (WakeupException | InterruptException e) {
                if (isOpen()) {
                    LOG.debugf("%s: woken", name);
                }
            } catch (RuntimeException e) {
                failed(cause(e));
            }
        }
    }

    /** What is thrown where a consumer is given partitions comes out of Kafka's client in a wrapping. */
    private static RuntimeException cause(RuntimeException thrown) {
        return thrown instanceof KafkaException && thrown.getCause() instanceof RuntimeException cause ? cause : thrown;
    }

    private void failed(RuntimeException failure) {
        switch (failure) {
            case InvalidOffsetException e ->
                retry(
                        State.RECORDS_LOST,
                        "records that were not taken yet are gone from the source (" + e.getMessage()
                                + "); retire this version and apply it again to go on without them",
                        null);
            case OfflineConflictException e -> {
                LOG.infof("%s: another replica has the partition: %s", name, e.getMessage());
                await(wiring.minBackoff());
            }
            case StoreUnavailableException _, OfflineStoreException _ ->
                retry(State.WAITING_FOR_STORE, String.valueOf(failure.getMessage()), null);
            case SchemaRegistryUnavailableException e ->
                retry(State.WAITING_FOR_SCHEMAS, String.valueOf(e.getMessage()), null);
            case DeadLettersBlockedException e -> retry(State.DEAD_LETTERS_BLOCKED, e.getMessage(), null);
            case KafkaException e -> retry(State.WAITING_FOR_KAFKA, String.valueOf(e.getMessage()), null);
            default -> retry(State.FAILED, failure.toString(), failure);
        }
    }

    private Optional<TopicInfo> topic(Topics.Seen seen) {
        return switch (seen) {
            case Topics.Seen.Present(TopicInfo topic) -> Optional.of(topic);
            case Topics.Seen.Absent() -> {
                become(State.WAITING_FOR_TOPIC, "the topic " + wiring.topic() + " is not there");
                wiring.prepare().run();
                yield Optional.empty();
            }
            case Topics.Seen.NotAsked() -> Optional.empty();
            case Topics.Seen.Unknown(String why) -> {
                become(State.WAITING_FOR_KAFKA, why);
                yield Optional.empty();
            }
        };
    }

    private void consume(TopicInfo topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = wiring.clients().consumer(wiring.group());
                Taking taking = taker.take(topic, consumer)) {
            consuming = consumer;
            if (wiring.shared()) {
                consumer.subscribe(List.of(topic.name()), new Assignments(taking));
            } else {
                consumer.assign(topic.topicPartitions());
                taking.begin(topic.topicPartitions());
            }
            turn(topic, consumer, taking);
            taking.finish(isOpen() ? Ending.TOPIC_CHANGED : Ending.STOPPED);
        } finally {
            consuming = null;
        }
    }

    private void turn(TopicInfo topic, KafkaConsumer<byte[], byte[]> consumer, Taking taking) {
        try {
            while (isOpen() && isStill(topic)) {
                taking.turn(consumer.poll(POLL));
                healthy();
            }
        } catch (WakeupException e) {
            if (isOpen()) {
                throw e;
            }
        }
    }

    private record Assignments(Taking taking) implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            taking.begin(partitions);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            taking.leave(partitions);
        }
    }

    /** Whether the topic is what it was; in a group Kafka itself hands out new partitions. */
    private boolean isStill(TopicInfo topic) {
        return switch (wiring.topics().lastSeen(wiring.topic())) {
            case Topics.Seen.Present(TopicInfo now) ->
                now.id().equals(topic.id()) && (wiring.shared() || now.partitions() == topic.partitions());
            case Topics.Seen.Absent() -> false;
            case Topics.Seen.Unknown _, Topics.Seen.NotAsked _ -> true;
        };
    }

    private void healthy() {
        if (condition.state() != State.RUNNING) {
            become(State.RUNNING, "");
            pause = wiring.minBackoff();
        }
    }

    /** An error that is no exception ends the loop: readiness says so from then on. */
    private void ended(Throwable error) {
        condition = new Condition(State.FAILED, "the loop has ended, the service must be started again: " + error);
        LOG.errorf(error, "%s: the loop has ended", name);
    }

    private void retry(State state, String detail, @Nullable RuntimeException unforeseen) {
        if (!isOpen()) {
            return;
        }
        wiring.retried().accept(state);
        if (unforeseen != null) {
            LOG.errorf(unforeseen, "%s failed; trying again in %s", name, pause);
        }
        become(state, detail);
        await(pause);
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(wiring.maxBackoff()) > 0 ? wiring.maxBackoff() : doubled;
    }

    private void become(State state, String detail) {
        Condition before = condition;
        condition = new Condition(state, detail);
        if (before.state() == state) {
            return;
        }
        if (state == State.RUNNING) {
            LOG.infof("%s: reading %s", name, wiring.topic());
        } else {
            LOG.warnf("%s: %s: %s", name, state, detail);
        }
    }

    private boolean isOpen() {
        return stopped.getCount() > 0;
    }

    private void await(Duration time) {
        try {
            if (stopped.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debugf("%s: stopped while it waited", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped.countDown();
        }
    }
}
