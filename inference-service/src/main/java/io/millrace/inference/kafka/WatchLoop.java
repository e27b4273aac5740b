package io.millrace.inference.kafka;

import io.millrace.inference.app.watch.WatchStreams.Running;
import io.millrace.inference.app.watch.WatchStreams.Status;
import io.millrace.inference.domain.Pipeline;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Takes part in the watch of a pipeline: one {@link WatchSession} after another. */
final class WatchLoop implements Running, SessionLoop.Sessions {
    private static final Logger LOG = Logger.getLogger(WatchLoop.class);

    private final Pipeline pipeline;
    private final WatchParts parts;
    private final SessionLoop loop;
    private volatile Status status = new Status(false, "starting", -1);

    private WatchLoop(Pipeline pipeline, WatchParts parts, @Nullable Running predecessor) {
        this.pipeline = pipeline;
        this.parts = parts;
        String name = pipeline.name();
        this.loop =
                new SessionLoop("watch-" + name, "The watch of pipeline " + name, parts.streams(), this, predecessor);
    }

    /** Starts and returns at once. */
    static WatchLoop start(Pipeline pipeline, WatchParts parts, @Nullable Running predecessor) {
        var watch = new WatchLoop(pipeline, parts, predecessor);
        watch.loop.start();
        return watch;
    }

    @Override
    public Status status() {
        return status;
    }

    @Override
    public void stop() {
        loop.stop();
    }

    @Override
    public boolean awaitEnd(Duration patience) throws InterruptedException {
        return loop.awaitEnd(patience);
    }

    boolean isStopping() {
        return loop.isStopping();
    }

    /** All is well. */
    void running(boolean owned, long lag) {
        loop.backOff().reset();
        status = new Status(owned, "", lag);
    }

    @Override
    public String run() {
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
        }
    }

    @Override
    public void waits(String reason) {
        if (!status.reason().equals(reason)) {
            LOG.infof("The watch of pipeline %s waits: %s", pipeline.name(), reason);
        }
        status = new Status(false, reason, -1);
    }

    @Override
    public void ended() {
        parts.telemetry().forget(pipeline.name());
        status = new Status(false, "stopped", -1);
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
