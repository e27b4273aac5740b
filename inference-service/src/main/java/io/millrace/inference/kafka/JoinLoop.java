package io.millrace.inference.kafka;

import java.time.Duration;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;

/** Keeps the join of a label stream running, as long as this replica owns the stream. */
final class JoinLoop implements SessionLoop.Sessions {
    private static final Logger LOG = Logger.getLogger(JoinLoop.class);

    private final LabelParts parts;
    private final Supplier<ConsumerGroupMetadata> membership;
    private final SessionLoop loop;
    private volatile String reason = "starting";

    private JoinLoop(LabelParts parts, Supplier<ConsumerGroupMetadata> membership) {
        this.parts = parts;
        this.membership = membership;
        String name = parts.labels().name();
        this.loop = new SessionLoop(
                "join-" + name, "The join of labels " + name, parts.settings().streams(), this, null);
    }

    /** Starts and returns at once. */
    static JoinLoop start(LabelParts parts, Supplier<ConsumerGroupMetadata> membership) {
        var join = new JoinLoop(parts, membership);
        join.loop.start();
        return join;
    }

    /** Why it does not go on; empty where it does. */
    String reason() {
        return reason;
    }

    /** Tells it to stop after the transaction under way, and waits for that. */
    void stop(Duration patience) {
        loop.stop();
        try {
            if (!loop.awaitEnd(patience)) {
                LOG.warnf(
                        "Labels %s: the join has not ended yet; it will be fenced",
                        parts.labels().name());
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    @Override
    public String run() {
        try (var topics = new LabelTopics(parts.settings().streams());
                var session = new JoinSession(parts, topics, membership)) {
            session.run(loop::isStopping, () -> {
                reason = "";
                loop.backOff().reset();
            });
            return "";
        }
    }

    @Override
    public void waits(String ended) {
        if (!ended.isEmpty() && !ended.equals(reason)) {
            LOG.warnf("Labels %s are not joined: %s", parts.labels().name(), ended);
        }
        reason = ended;
    }

    @Override
    public void ended() {
        parts.telemetry().waiting(parts.labels().name(), 0, 0, -1);
    }
}
