package io.millrace.features.kafka;

import io.millrace.features.app.IngestionReport.State;
import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.format.SchemaRegistryUnavailableException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The loop of one view version, on a thread of its own from start to stop. Whatever fails is said, counted and tried again after a growing
 * pause; nothing is skipped.
 */
final class ViewIngestion {
    private static final Logger LOG = Logger.getLogger(ViewIngestion.class);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);

    private final FeatureView view;
    private final Wiring wiring;
    private final Progress progress = new Progress();
    private final Counts counts;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicBoolean watching = new AtomicBoolean();
    private final Thread thread;
    private volatile @Nullable KafkaConsumer<byte[], byte[]> consuming;
    private volatile Condition condition = new Condition(State.STARTING, "");
    private Duration pause;

    /** What the loop is doing, and why where there is more to say. */
    record Condition(State state, String detail) {}

    /**
     * What a loop works with.
     *
     * @param shared whether other replicas take a share of the partitions
     * @param reader makes a new reader for each life of the consumer
     * @param prepare called before the topic is looked for: makes it, where it is the service's own
     */
    record Wiring(
            KafkaClients clients,
            Topics topics,
            OnlineStore store,
            String topic,
            boolean shared,
            Supplier<RecordReader> reader,
            Runnable prepare,
            Supplier<DeadLetters> deadLetters,
            Duration commitInterval,
            Duration minBackoff,
            Duration maxBackoff,
            Counts counts,
            java.util.function.Consumer<State> retried) {}

    ViewIngestion(FeatureView view, Wiring wiring) {
        this.view = view;
        this.wiring = wiring;
        this.counts = wiring.counts();
        this.pause = wiring.minBackoff();
        this.thread = Thread.ofPlatform()
                .name("ingest-" + view.id())
                .daemon()
                .uncaughtExceptionHandler((_, error) -> ended(error))
                .unstarted(this::run);
    }

    /** {@code millrace.feature-service.<view>.<version>}. */
    static String group(ViewId view) {
        return "millrace.feature-service." + view.name() + "." + view.version();
    }

    void start() {
        wiring.topics().watch(wiring.topic());
        watching.set(true);
        thread.start();
    }

    /**
     * Ends the loop behind the batch that is being applied, and waits for that, 20 s at most. May be called again where it did not end.
     *
     * @return whether it has ended: nothing is applied any more
     */
    boolean stop() {
        stopped.countDown();
        KafkaConsumer<byte[], byte[]> polling = consuming;
        if (polling != null) {
            polling.wakeup();
        }
        try {
            if (!thread.join(STOP_PATIENCE)) {
                LOG.errorf("%s: the ingestion has not ended within %s", view.id(), STOP_PATIENCE);
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

    FeatureView view() {
        return view;
    }

    String topic() {
        return wiring.topic();
    }

    Progress progress() {
        return progress;
    }

    Counts counts() {
        return counts;
    }

    Condition condition() {
        return condition;
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
                    LOG.debugf("%s: woken", view.id());
                }
            } catch (InvalidOffsetException e) {
                retry(
                        State.RECORDS_LOST,
                        "records that were not applied yet are gone from the source (" + e.getMessage()
                                + "); retire this version and apply it again to go on without them",
                        null);
            } catch (StoreUnavailableException e) {
                retry(State.WAITING_FOR_STORE, String.valueOf(e.getMessage()), null);
            } catch (SchemaRegistryUnavailableException e) {
                retry(State.WAITING_FOR_SCHEMAS, String.valueOf(e.getMessage()), null);
            } catch (DeadLettersBlockedException e) {
                retry(State.DEAD_LETTERS_BLOCKED, e.getMessage(), null);
            } catch (KafkaException e) {
                retry(State.WAITING_FOR_KAFKA, String.valueOf(e.getMessage()), null);
            } catch (RuntimeException e) {
                retry(State.FAILED, e.toString(), e);
            }
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
        try (KafkaConsumer<byte[], byte[]> consumer = wiring.clients().consumer(group(view.id()));
                DeadLetters deadLetters = wiring.deadLetters().get()) {
            consuming = consumer;
            new Consumption(
                            view,
                            topic,
                            consumer,
                            wiring.store(),
                            wiring.reader().get(),
                            deadLetters,
                            progress,
                            counts,
                            wiring.commitInterval())
                    .run(wiring.shared(), this::isOpen, () -> isStill(topic), this::healthy);
        } finally {
            consuming = null;
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
        condition = new Condition(State.FAILED, "the ingestion has ended, the service must be started again: " + error);
        LOG.errorf(error, "%s: the ingestion has ended", view.id());
    }

    private void retry(State state, String detail, @Nullable RuntimeException unforeseen) {
        if (!isOpen()) {
            return;
        }
        wiring.retried().accept(state);
        if (unforeseen != null) {
            LOG.errorf(unforeseen, "%s: ingestion failed; trying again in %s", view.id(), pause);
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
            LOG.infof("%s: applying events of %s", view.id(), wiring.topic());
        } else {
            LOG.warnf("%s: %s: %s", view.id(), state, detail);
        }
    }

    private boolean isOpen() {
        return stopped.getCount() > 0;
    }

    private void await(Duration time) {
        try {
            if (stopped.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debugf("%s: stopped while it waited", view.id());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped.countDown();
        }
    }
}
