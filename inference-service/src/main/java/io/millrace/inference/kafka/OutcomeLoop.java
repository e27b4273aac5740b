package io.millrace.inference.kafka;

import io.millrace.inference.app.label.FoldFeed;
import io.millrace.inference.app.label.LabelStreams.Running;
import io.millrace.inference.app.label.LabelStreams.Status;
import io.millrace.inference.app.label.OutcomeFold;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Keeps a label stream running on a thread of its own: one {@link OutcomeSession} after another until told to stop. Whatever ends a session is said in the status, and the next one is tried after a wait that doubles. */
final class OutcomeLoop implements Running {
    private static final Logger LOG = Logger.getLogger(OutcomeLoop.class);
    private static final Duration PREDECESSOR = Duration.ofSeconds(30);

    private final LabelParts parts;
    private final FoldFeed feed;
    private final @Nullable Running predecessor;
    private final BackOff backOff;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final AtomicBoolean changed = new AtomicBoolean();
    private final Thread thread;
    private volatile Status status = new Status(false, "starting", -1);

    private OutcomeLoop(LabelParts parts, FoldFeed feed, @Nullable Running predecessor) {
        this.parts = parts;
        this.feed = feed;
        this.predecessor = predecessor;
        StreamSettings settings = parts.settings().streams();
        this.backOff = new BackOff(settings.minBackOff(), settings.maxBackOff());
        this.thread =
                Thread.ofPlatform().name("labels-" + parts.labels().name()).unstarted(this::run);
    }

    /** Starts and returns at once. */
    static OutcomeLoop start(LabelParts parts, FoldFeed feed, @Nullable Running predecessor) {
        var loop = new OutcomeLoop(parts, feed, predecessor);
        loop.thread.start();
        return loop;
    }

    @Override
    public Status status() {
        return status;
    }

    @Override
    public Map<String, OutcomeFold> folds() {
        return feed.live();
    }

    @Override
    public void changed() {
        changed.set(true);
    }

    @Override
    public void stop() {
        stop.countDown();
    }

    @Override
    public boolean awaitEnd(Duration patience) throws InterruptedException {
        return thread.join(patience);
    }

    boolean isStopping() {
        return stop.getCount() == 0;
    }

    /** Whether the definitions have changed since this was asked last. */
    boolean hasChanged() {
        return changed.getAndSet(false);
    }

    /** All is well. */
    void running(boolean owned, long lag) {
        if (!status.reason().isEmpty()) {
            LOG.infof("Labels %s: %s", parts.labels().name(), owned ? "owned by this replica" : "in the group");
        }
        backOff.reset();
        status = new Status(owned, "", lag);
    }

    /** The stream is owned and does not go on. */
    void stalled(boolean owned, String reason) {
        Status now = status;
        if (!now.reason().equals(reason)) {
            LOG.warnf("Labels %s are stalled: %s", parts.labels().name(), reason);
        }
        status = new Status(owned, reason, now.lag());
    }

    private void run() {
        try {
            if (predecessor != null && !predecessor.awaitEnd(PREDECESSOR)) {
                LOG.warnf(
                        "Labels %s: the stream before has not ended yet; it will be fenced",
                        parts.labels().name());
            }
            while (!isStopping()) {
                String reason = session();
                if (isStopping()) {
                    return;
                }
                stalled(false, reason);
                if (stop.await(backOff.next().toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        } finally {
            status = new Status(false, "stopped", -1);
        }
    }

    /** Runs one session and says why it ended. */
    private String session() {
        try (var topics = new LabelTopics(parts.settings().streams());
                var session = new OutcomeSession(parts, topics, feed, this)) {
            session.run();
            return "stopping";
        } catch (StreamStalledException e) {
            return e.reason();
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.infof("Labels %s: their session ended: %s", parts.labels().name(), e);
            return "Kafka: " + e.getMessage();
        } catch (RuntimeException e) {
            LOG.errorf(e, "Labels %s: their session failed", parts.labels().name());
            return "failed: " + e;
        }
    }
}
