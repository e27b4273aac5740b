package io.millrace.inference.kafka;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;

/** Keeps the join of a label stream running on a thread of its own, as long as this replica owns the stream. */
final class JoinLoop {
    private static final Logger LOG = Logger.getLogger(JoinLoop.class);

    private final LabelParts parts;
    private final Supplier<ConsumerGroupMetadata> membership;
    private final BackOff backOff;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;
    private volatile String reason = "starting";

    private JoinLoop(LabelParts parts, Supplier<ConsumerGroupMetadata> membership) {
        this.parts = parts;
        this.membership = membership;
        StreamSettings settings = parts.settings().streams();
        this.backOff = new BackOff(settings.minBackOff(), settings.maxBackOff());
        this.thread = Thread.ofPlatform()
                .name("join-" + parts.labels().name())
                .daemon()
                .unstarted(this::run);
    }

    /** Starts and returns at once. */
    static JoinLoop start(LabelParts parts, Supplier<ConsumerGroupMetadata> membership) {
        var loop = new JoinLoop(parts, membership);
        loop.thread.start();
        return loop;
    }

    /** Why it does not go on; empty where it does. */
    String reason() {
        return reason;
    }

    /** Tells it to stop after the transaction under way, and waits for that. */
    void stop(Duration patience) {
        stop.countDown();
        try {
            if (!thread.join(patience)) {
                LOG.warnf(
                        "Labels %s: the join has not ended yet; it will be fenced",
                        parts.labels().name());
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private boolean isStopping() {
        return stop.getCount() == 0;
    }

    private void run() {
        try {
            while (!isStopping()) {
                String ended = session();
                if (isStopping()) {
                    return;
                }
                if (!ended.isEmpty() && !ended.equals(reason)) {
                    LOG.warnf("Labels %s are not joined: %s", parts.labels().name(), ended);
                }
                reason = ended;
                if (stop.await(backOff.next().toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        } finally {
            parts.telemetry().waiting(parts.labels().name(), 0, 0, -1);
        }
    }

    /** Runs one session and says why it ended. */
    private String session() {
        try (var topics = new LabelTopics(parts.settings().streams());
                var session = new JoinSession(parts, topics, membership)) {
            session.run(this::isStopping, () -> {
                reason = "";
                backOff.reset();
            });
            return "";
        } catch (StreamStalledException e) {
            return e.reason();
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.infof(
                    "Labels %s: their join ended, the next goes on from what is committed: %s",
                    parts.labels().name(), e);
            return "Kafka: " + e.getMessage();
        } catch (RuntimeException e) {
            LOG.errorf(e, "Labels %s: their join failed", parts.labels().name());
            return "failed: " + e;
        }
    }
}
