package io.millrace.inference.kafka;

import io.millrace.inference.app.label.FoldFeed;
import io.millrace.inference.app.label.LabelStreams.Running;
import io.millrace.inference.app.label.LabelStreams.Status;
import io.millrace.inference.app.label.OutcomeFold;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Keeps a label stream running: one {@link OutcomeSession} after another. Whatever ends a session is said in the status. */
final class OutcomeLoop implements Running, SessionLoop.Sessions {
    private static final Logger LOG = Logger.getLogger(OutcomeLoop.class);

    private final LabelParts parts;
    private final FoldFeed feed;
    private final SessionLoop loop;
    private final AtomicBoolean changed = new AtomicBoolean();
    private volatile Status status = new Status(false, "starting", -1);

    private OutcomeLoop(LabelParts parts, FoldFeed feed, @Nullable Running predecessor) {
        this.parts = parts;
        this.feed = feed;
        String name = parts.labels().name();
        this.loop = new SessionLoop(
                "labels-" + name, "Labels " + name, parts.settings().streams(), this, predecessor);
    }

    /** Starts and returns at once. */
    static OutcomeLoop start(LabelParts parts, FoldFeed feed, @Nullable Running predecessor) {
        var outcomes = new OutcomeLoop(parts, feed, predecessor);
        outcomes.loop.start();
        return outcomes;
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
        loop.stop();
    }

    @Override
    public boolean awaitEnd(Duration patience) throws InterruptedException {
        return loop.awaitEnd(patience);
    }

    boolean isStopping() {
        return loop.isStopping();
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
        loop.backOff().reset();
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

    @Override
    public String run() {
        try (var topics = new LabelTopics(parts.settings().streams());
                var session = new OutcomeSession(parts, topics, feed, this)) {
            session.run();
            return "stopping";
        }
    }

    @Override
    public void waits(String reason) {
        stalled(false, reason);
    }

    @Override
    public void ended() {
        status = new Status(false, "stopped", -1);
    }
}
