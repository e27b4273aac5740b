package io.millrace.inference.app.definition;

import io.millrace.inference.app.Stoppable;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what runs for definitions as the catalog says, once everything in the catalog is known: starts what is wanted, stops what is not any more, replaces what changed, by name. Thread-safe.
 *
 * @param <W> what something is started for
 * @param <R> what was started
 */
public final class AppliedRuns<W, R extends Stoppable> implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(AppliedRuns.class);
    private static final Duration SHUTDOWN = Duration.ofSeconds(8);

    private final DefinitionCatalog catalog;
    private final BiPredicate<W, W> isSame;
    private final BiFunction<W, @Nullable R, R> start;
    private final Map<String, Run<W, R>> runs = new HashMap<>();
    private @Nullable Thread starter;
    private boolean current;
    private boolean closed;

    /** What was started and what for; {@code wanted} is null once it was told to stop. */
    private record Run<W, R>(@Nullable W wanted, R running) {}

    /**
     * @param isSame whether what runs for the first may go on for the second
     * @param start takes what it is started for, and what was told to stop under the same name and must have ended first
     */
    public AppliedRuns(DefinitionCatalog catalog, BiPredicate<W, W> isSame, BiFunction<W, @Nullable R, R> start) {
        this.catalog = catalog;
        this.isSame = isSame;
        this.start = start;
    }

    /**
     * Begins once the catalog is current; until then {@link #change} does nothing.
     *
     * @param threadName of the thread that waits for that
     * @param waiting what is said in the log while it is not
     * @param changeAll changes every name
     */
    public synchronized void begin(String threadName, String waiting, Runnable changeAll) {
        starter = Thread.ofVirtual().name(threadName).start(() -> {
            try {
                while (!catalog.awaitCurrent(Duration.ofMinutes(1))) {
                    LOG.warnf("%s: %s", waiting, catalog.whyNotCurrent());
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return;
            }
            synchronized (this) {
                current = true;
                changeAll.run();
            }
        });
    }

    /**
     * Makes what runs under a name what is wanted now.
     *
     * @param wanted asked only where anything is done; null: nothing
     * @return whether what ran goes on
     */
    public synchronized boolean change(String name, Supplier<@Nullable W> wanted) {
        if (!current || closed) {
            return false;
        }
        W now = wanted.get();
        Run<W, R> before = runs.get(name);
        if (before != null && before.wanted() != null) {
            if (now != null && isSame.test(before.wanted(), now)) {
                return true;
            }
            before.running().stop();
            before = new Run<>(null, before.running());
            runs.put(name, before);
        }
        if (now != null) {
            runs.put(name, new Run<>(now, start.apply(now, before == null ? null : before.running())));
        }
        return false;
    }

    /** What runs under a name and was not told to stop. */
    public synchronized Optional<R> find(String name) {
        return Optional.ofNullable(runs.get(name))
                .filter(run -> run.wanted() != null)
                .map(Run::running);
    }

    /** The names under which anything ever ran. */
    public synchronized Set<String> names() {
        return Set.copyOf(runs.keySet());
    }

    /** Stops everything, each after what it has begun, and waits some seconds for that. */
    @Override
    public void close() {
        List<R> ending;
        synchronized (this) {
            if (starter != null) {
                starter.interrupt();
            }
            closed = true;
            ending = runs.values().stream().map(Run::running).toList();
            ending.forEach(Stoppable::stop);
        }
        long until = System.nanoTime() + SHUTDOWN.toNanos();
        try {
            for (R running : ending) {
                running.awaitEnd(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
