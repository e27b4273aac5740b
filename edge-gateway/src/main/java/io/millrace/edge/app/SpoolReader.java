package io.millrace.edge.app;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Takes entries out of a spool on a thread of its own between {@link #start} and {@link #close}, for as long as it takes: a session that fails is said once and
 * begun again after a wait that doubles, with jitter.
 */
public final class SpoolReader implements DrainStatus, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(SpoolReader.class);
    private static final Duration IDLE = Duration.ofMillis(500);

    private final Spool spool;
    private final Waits waits;
    private final Session session;
    private final Thread thread;
    private volatile Optional<String> failure;
    private volatile long position;
    private volatile boolean open = true;
    private int failures;

    /**
     * Between sessions.
     *
     * @param first after a failure; doubled up to {@code longest}
     */
    public record Waits(Duration first, Duration longest) {
        /** Between half of what the failures in a row make of it and the whole. */
        private Duration after(int failures) {
            long most = Math.min(longest.toMillis(), first.toMillis() << Math.min(failures - 1, 20));
            return Duration.ofMillis(ThreadLocalRandom.current().nextLong(most / 2, most + 1));
        }
    }

    /** One go at delivering what the spool has. */
    @FunctionalInterface
    public interface Session {
        /**
         * Says where it begins ({@link SpoolReader#begin}), then delivers for as long as {@link SpoolReader#await} is true and says how far it has come
         * ({@link SpoolReader#delivered}).
         */
        void run(SpoolReader reader) throws InterruptedException, UndeliveredException;
    }

    /**
     * @param name of the thread
     * @param beforeFirst what {@link #failure} says until the session says otherwise
     */
    public SpoolReader(String name, Spool spool, Optional<String> beforeFirst, Waits waits, Session session) {
        this.spool = spool;
        this.failure = beforeFirst;
        this.waits = waits;
        this.session = session;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /** For the session: entries below a number were delivered before it. */
    public void begin(long next) {
        position = next;
    }

    /** For the session: waits for an entry at the position or behind it; false where the session has to end. */
    public boolean await() throws InterruptedException {
        while (open) {
            if (spool.await(position, IDLE)) {
                return true;
            }
        }
        return false;
    }

    /** For the session: all entries below a number are delivered, so what takes them is there. */
    public void delivered(long next) {
        position = next;
        recovered();
    }

    /** For the session: what takes the entries is there. */
    public void recovered() {
        failure = Optional.empty();
    }

    @Override
    public Optional<String> failure() {
        return failure;
    }

    @Override
    public long position() {
        return position;
    }

    /** Interrupts the session and waits for its end, at most 10 s; the next start goes on with what was not delivered. */
    @Override
    public void close() {
        open = false;
        thread.interrupt();
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (open) {
                Optional<Duration> wait = attempt();
                if (wait.isPresent()) {
                    TimeUnit.MILLISECONDS.sleep(wait.get().toMillis());
                }
            }
        } catch (InterruptedException e) {
            // Only close() interrupts this thread.
            LOG.debugf("%s ends", thread.getName());
        }
    }

    /** Runs a session; the wait before the next where it failed. */
    private Optional<Duration> attempt() throws InterruptedException {
        try {
            session.run(this);
            return Optional.empty();
        } catch (UndeliveredException e) {
            failures = failure.isEmpty() ? 1 : failures + 1;
            say(String.valueOf(e.getMessage()));
            return Optional.of(e.retryAfter().orElseGet(() -> waits.after(failures)));
        } catch (RuntimeException e) {
            failures = failure.isEmpty() ? 1 : failures + 1;
            LOG.errorf(e, "%s failed; it is tried again", thread.getName());
            failure = Optional.of(thread.getName() + " failed: " + e.getMessage());
            return Optional.of(waits.after(failures));
        }
    }

    private void say(String message) {
        if (!failure.equals(Optional.of(message))) {
            LOG.warnf("%s; the gateway goes on accepting and tries again", message);
        }
        failure = Optional.of(message);
    }
}
