package io.millrace.inference.kafka;

import io.millrace.inference.app.ContractWatch;
import io.millrace.inference.app.PipelineStreams.RunningStream;
import io.millrace.inference.app.StreamStatus;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a pipeline running on a thread of its own: one {@link StreamSession} after another until told to stop. Whatever ends a session is said in the status,
 * and the next one is tried after a wait that doubles.
 */
final class StreamLoop implements RunningStream {
    private static final Logger LOG = Logger.getLogger(StreamLoop.class);
    private static final Duration PREDECESSOR = Duration.ofSeconds(30);

    private final StreamParts parts;
    private final StreamState state;
    private final BackOff backOff;
    private final @Nullable RunningStream predecessor;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;
    private boolean fenced;

    private StreamLoop(StreamParts parts, @Nullable RunningStream predecessor) {
        this.parts = parts;
        this.predecessor = predecessor;
        this.state = new StreamState(parts.pipeline().name());
        this.backOff =
                new BackOff(parts.settings().minBackOff(), parts.settings().maxBackOff());
        this.thread =
                Thread.ofPlatform().name("stream-" + parts.pipeline().name()).unstarted(this::run);
    }

    /** Starts and returns at once. */
    static StreamLoop start(StreamParts parts, @Nullable RunningStream predecessor) {
        var loop = new StreamLoop(parts, predecessor);
        loop.thread.start();
        return loop;
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
        stop.countDown();
    }

    @Override
    public boolean awaitEnd(Duration patience) throws InterruptedException {
        return thread.join(patience);
    }

    private boolean isStopping() {
        return stop.getCount() == 0;
    }

    private void run() {
        try {
            if (predecessor != null && !predecessor.awaitEnd(PREDECESSOR)) {
                LOG.warnf(
                        "Pipeline %s: the stream before has not ended yet; it will be fenced",
                        parts.pipeline().name());
            }
            while (!isStopping()) {
                String reason = session();
                if (isStopping()) {
                    return;
                }
                state.stalled(reason);
                if (stop.await(backOff.next().toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        } finally {
            state.stopped();
            if (parts.contract() != null) {
                parts.contract().close();
            }
        }
    }

    /** Runs one session and says why it ended. */
    private String session() {
        try (var topics = new StreamTopics(parts.pipeline(), parts.settings())) {
            if (fenced && topics.isRunElsewhere()) {
                return "another process runs this pipeline as replica "
                        + parts.settings().ordinal();
            }
            fenced = false;
            try (var session = new StreamSession(parts, topics, state, backOff)) {
                session.run(this::isStopping);
            }
            return "stopping";
        } catch (StreamStalledException e) {
            return e.reason();
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            fenced = isFenced(e);
            LOG.infof(
                    "Pipeline %s: its session ended, the next goes on from the committed offsets: %s",
                    parts.pipeline().name(), e);
            return reason(e);
        } catch (RuntimeException e) {
            LOG.errorf(e, "Pipeline %s: its session failed", parts.pipeline().name());
            return "failed: " + e;
        }
    }

    /** What a listener throws inside a poll comes wrapped. */
    private static String reason(KafkaException e) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof StreamStalledException stalled) {
                return stalled.reason();
            }
        }
        return "Kafka: " + e.getMessage();
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
