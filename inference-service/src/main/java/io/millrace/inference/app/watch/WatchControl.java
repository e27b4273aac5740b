package io.millrace.inference.app.watch;

import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.app.watch.WatchStreams.Running;
import io.millrace.inference.app.watch.WatchStreams.Status;
import io.millrace.inference.domain.Pipeline;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Keeps a watch for each pipeline that is applied. Thread-safe. */
public final class WatchControl implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(WatchControl.class);
    private static final Duration SHUTDOWN = Duration.ofSeconds(8);

    private final DefinitionCatalog catalog;
    private final WatchStreams streams;
    private final Map<String, Started> started = new HashMap<>();
    private final Thread starter;
    private boolean current;
    private boolean closed;

    /** A watch and what it was started for; nothing once it was told to stop. */
    private record Started(@Nullable Pipeline pipeline, Running running) {}

    private WatchControl(DefinitionCatalog catalog, WatchStreams streams) {
        this.catalog = catalog;
        this.streams = streams;
        this.starter = Thread.ofVirtual().name("watches-start").unstarted(this::startOnceCurrent);
    }

    /** Starts to listen to the catalog; watches start once everything in it is known. */
    public static WatchControl start(DefinitionCatalog catalog, WatchStreams streams) {
        var control = new WatchControl(catalog, streams);
        catalog.listen(Pipeline.class, control::changed);
        control.starter.start();
        return control;
    }

    /** How the watch of a pipeline fares on this replica; empty where there is none. */
    public synchronized Optional<Status> status(String pipeline) {
        return Optional.ofNullable(started.get(pipeline))
                .filter(each -> each.pipeline() != null)
                .map(each -> each.running().status());
    }

    /** Ends all watches, each after what it has begun. */
    @Override
    public void close() {
        starter.interrupt();
        List<Running> ending;
        synchronized (this) {
            closed = true;
            ending = started.values().stream().map(Started::running).toList();
            ending.forEach(Running::stop);
        }
        long until = System.nanoTime() + SHUTDOWN.toNanos();
        try {
            for (Running watch : ending) {
                watch.awaitEnd(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void startOnceCurrent() {
        try {
            while (!catalog.awaitCurrent(Duration.ofMinutes(1))) {
                LOG.warnf("No pipeline is watched yet: %s", catalog.whyNotCurrent());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return;
        }
        synchronized (this) {
            current = true;
            catalog.all(Pipeline.class).keySet().forEach(this::changed);
        }
    }

    private synchronized void changed(String name) {
        if (!current || closed) {
            return;
        }
        Pipeline wanted = catalog.find(Pipeline.class, name).orElse(null);
        Started now = started.get(name);
        if (now != null && now.pipeline() != null) {
            if (isSame(now.pipeline(), wanted)) {
                return;
            }
            now.running().stop();
            now = new Started(null, now.running());
            started.put(name, now);
        }
        if (wanted != null) {
            started.put(name, new Started(wanted, streams.start(wanted, now == null ? null : now.running())));
        }
    }

    /** Whether predictions come from the same topics and have the same columns. */
    private static boolean isSame(Pipeline one, @Nullable Pipeline two) {
        return two != null
                && one.outputs().equals(two.outputs())
                && one.entity().equals(two.entity())
                && one.request().equals(two.request())
                && one.features().equals(two.features())
                && one.extras().equals(two.extras());
    }
}
