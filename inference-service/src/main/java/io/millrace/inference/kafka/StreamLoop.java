package io.millrace.inference.kafka;

import io.millrace.inference.app.ContractWatch;
import io.millrace.inference.app.PipelineStreams.RunningStream;
import io.millrace.inference.app.StreamStatus;
import java.time.Duration;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a pipeline running: one {@link StreamSession} after another. Whatever ends a session is said in the status.
 */
final class StreamLoop implements RunningStream, SessionLoop.Sessions {
    private final StreamParts parts;
    private final StreamState state;
    private final SessionLoop loop;
    private boolean fenced;

    private StreamLoop(StreamParts parts, @Nullable RunningStream predecessor) {
        this.parts = parts;
        String name = parts.pipeline().name();
        this.state = new StreamState(name);
        this.loop = new SessionLoop("stream-" + name, "Pipeline " + name, parts.settings(), this, predecessor);
    }

    /** Starts and returns at once. */
    static StreamLoop start(StreamParts parts, @Nullable RunningStream predecessor) {
        var stream = new StreamLoop(parts, predecessor);
        stream.loop.start();
        return stream;
    }

    @Override
    public StreamStatus status() {
        StreamStatus status = state.status();
        ContractWatch contract = parts.contract();
        return contract == null || !status.reason().isEmpty()
                ? status
                : new StreamStatus(status.stalled(), contract.remark(), status.lag());
    }

    @Override
    public void stop() {
        loop.stop();
    }

    @Override
    public boolean awaitEnd(Duration patience) throws InterruptedException {
        return loop.awaitEnd(patience);
    }

    @Override
    public String run() {
        try (var topics = new StreamTopics(parts.pipeline(), parts.settings())) {
            if (fenced && topics.isRunElsewhere()) {
                return "another process runs this pipeline as replica "
                        + parts.settings().ordinal();
            }
            fenced = false;
            try (var session = new StreamSession(parts, topics, state, loop.backOff())) {
                session.run(loop::isStopping);
            }
            return "stopping";
        } catch (KafkaException e) {
            fenced = isFenced(e);
            throw e;
        }
    }

    @Override
    public void waits(String reason) {
        state.stalled(reason);
    }

    @Override
    public void ended() {
        state.stopped();
        if (parts.contract() != null) {
            parts.contract().close();
        }
    }

    private static boolean isFenced(Throwable e) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof FencedInstanceIdException
                    || at instanceof ProducerFencedException
                    || at instanceof InvalidProducerEpochException) {
                return true;
            }
        }
        return false;
    }
}
