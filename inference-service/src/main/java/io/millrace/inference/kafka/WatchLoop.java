package io.millrace.inference.kafka;

import io.millrace.inference.app.watch.WatchStreams.Running;
import io.millrace.inference.app.watch.WatchStreams.Status;
import io.millrace.inference.domain.Pipeline;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Takes part in the watch of a pipeline on a thread of its own: one {@link WatchSession} after another until told to stop. */
final class WatchLoop implements Running {
    private static final Logger LOG = Logger.getLogger(WatchLoop.class);
    private static final Duration PREDECESSOR = Duration.ofSeconds(30);

    private final Pipeline pipeline;
    private final WatchParts parts;
    private final BackOff backOff;
    private final @Nullable Running predecessor;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;
    private volatile Status status = new Status(false, "starting", -1);

    private WatchLoop(Pipeline pipeline, WatchParts parts, @Nullable Running predecessor) {
        this.pipeline = pipeline;
        this.parts = parts;
        this.predecessor = predecessor;
        this.backOff = new BackOff(parts.streams().minBackOff(), parts.streams().maxBackOff());
        this.thread =
                Thread.ofPlatform().name("watch-" + pipeline.name()).daemon().unstarted(this::run);
    }

    /** Starts and returns at once. */
    static WatchLoop start(Pipeline pipeline, WatchParts parts, @Nullable Running predecessor) {
        var loop = new WatchLoop(pipeline, parts, predecessor);
        loop.thread.start();
        return loop;
    }

    @Override
    public Status status() {
        return status;
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

    /** All is well. */
    void running(boolean owned, long lag) {
        backOff.reset();
        status = new Status(owned, "", lag);
    }

    private void run() {
        try {
            if (predecessor != null && !predecessor.awaitEnd(PREDECESSOR)) {
                LOG.warnf("The watch of pipeline %s before has not ended yet; it will be fenced", pipeline.name());
            }
            while (!isStopping()) {
                String reason = session();
                if (isStopping()) {
                    return;
                }
                if (!status.reason().equals(reason)) {
                    LOG.infof("The watch of pipeline %s waits: %s", pipeline.name(), reason);
                }
                status = new Status(false, reason, -1);
                if (stop.await(backOff.next().toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        } finally {
            parts.telemetry().forget(pipeline.name());
            status = new Status(false, "stopped", -1);
        }
    }

    /** Runs one session and says why it ended. */
    private String session() {
        try (var topics = new LabelTopics(parts.streams())) {
            for (String topic : WatchSession.topics(pipeline)) {
                if (topics.find(topic).isEmpty()) {
                    return "topic '" + topic + "' is not there yet";
                }
            }
            topics.ensure(WatchParts.state(pipeline.name()), 1, WatchParts.compacted());
            topics.ensure(WatchParts.REPORTS, 1, WatchParts.compacted());
            makeEvents();
            try (var session = new WatchSession(pipeline, parts, this)) {
                session.run();
            }
            return "stopping";
        } catch (StreamStalledException e) {
            return e.reason();
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.debugf(e, "The watch of pipeline %s ended", pipeline.name());
            return "Kafka: " + e.getMessage();
        } catch (RuntimeException e) {
            LOG.errorf(e, "The watch of pipeline %s failed", pipeline.name());
            return "failed: " + e;
        }
    }

    private void makeEvents() {
        try {
            OwnTopic.make(parts.streams().bootstrapServers(), KafkaEventLog.TOPIC);
        } catch (ExecutionException | TimeoutException e) {
            throw new StreamStalledException(
                    "topic '" + KafkaEventLog.TOPIC + "' cannot be made: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
