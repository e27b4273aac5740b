package io.millrace.inference.kafka;

import io.millrace.inference.app.Stoppable;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs one session of a consumer after another on a thread of its own, until told to stop. Whatever ends a session, the next one is tried after a wait that doubles.
 */
final class SessionLoop implements Stoppable {
    private static final Logger LOG = Logger.getLogger(SessionLoop.class);
    private static final Duration PREDECESSOR = Duration.ofSeconds(30);

    private final String subject;
    private final Sessions sessions;
    private final BackOff backOff;
    private final @Nullable Stoppable predecessor;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;

    /** What a loop runs. All is called on the loop's thread. */
    interface Sessions {
        /**
         * Runs one session until {@link SessionLoop#isStopping} or it cannot go on.
         *
         * @return why it ended
         * @throws StreamStalledException and any of Kafka: why it ended
         */
        String run();

        /** A session has ended, and the next one begins after a wait. */
        void waits(String reason);

        /** No session follows. */
        void ended();
    }

    /**
     * @param threadName of the thread that runs them
     * @param subject what runs, as the log names it: {@code "Pipeline fraud"}
     * @param predecessor must have ended before the first session begins, if that is within 30 s
     */
    SessionLoop(
            String threadName,
            String subject,
            StreamSettings settings,
            Sessions sessions,
            @Nullable Stoppable predecessor) {
        this.subject = subject;
        this.sessions = sessions;
        this.predecessor = predecessor;
        this.backOff = new BackOff(settings.minBackOff(), settings.maxBackOff());
        this.thread = Thread.ofPlatform().name(threadName).daemon().unstarted(this::run);
    }

    /** Begins and returns at once. */
    void start() {
        thread.start();
    }

    boolean isStopping() {
        return stop.getCount() == 0;
    }

    /** The waits between sessions, which a session resets when it gets on. For the loop's thread. */
    BackOff backOff() {
        return backOff;
    }

    @Override
    public void stop() {
        stop.countDown();
    }

    @Override
    public boolean awaitEnd(Duration patience) throws InterruptedException {
        return thread.join(patience);
    }

    private void run() {
        try {
            if (predecessor != null && !predecessor.awaitEnd(PREDECESSOR)) {
                LOG.warnf("%s: what ran before has not ended yet; it will be fenced", subject);
            }
            while (!isStopping()) {
                String reason = session();
                if (isStopping()) {
                    return;
                }
                sessions.waits(reason);
                if (stop.await(backOff.next().toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        } finally {
            sessions.ended();
        }
    }

    private String session() {
        try {
            return sessions.run();
        } catch (StreamStalledException e) {
            return e.reason();
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.infof("%s: its session ended, the next goes on from what is committed: %s", subject, e);
            return reason(e);
        } catch (RuntimeException e) {
            LOG.errorf(e, "%s: its session failed", subject);
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
}
