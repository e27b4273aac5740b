package io.millrace.inference.app.label;

import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.app.label.LabelStreams.Running;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.label.LabelStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Keeps the label streams as the catalog says, and knows the folds that are fed on this replica. Thread-safe. */
public final class LabelControl implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(LabelControl.class);
    private static final Duration SHUTDOWN = Duration.ofSeconds(8);

    private final DefinitionCatalog catalog;
    private final LabelStreams streams;
    private final List<OutcomeFolds> folds;
    private final Map<String, Started> started = new ConcurrentHashMap<>();
    private final Thread starter;
    private boolean current;
    private boolean closed;

    /** A stream and what it was started for; nothing once it was told to stop. */
    private record Started(
            @Nullable LabelStream labels, @Nullable Pipeline pipeline, Running running) {}

    private LabelControl(DefinitionCatalog catalog, LabelStreams streams, List<OutcomeFolds> folds) {
        this.catalog = catalog;
        this.streams = streams;
        this.folds = List.copyOf(folds);
        this.starter = Thread.ofVirtual().name("labels-start").unstarted(this::startOnceCurrent);
    }

    /** Starts to listen to the catalog; streams start once everything in it is known. */
    public static LabelControl start(DefinitionCatalog catalog, LabelStreams streams, List<OutcomeFolds> folds) {
        var control = new LabelControl(catalog, streams, folds);
        catalog.kinds().forEach(kind -> catalog.listen(kind.type(), _ -> control.changed()));
        control.starter.start();
        return control;
    }

    /** How a stream fares on this replica; empty where there is none of the name. */
    public Optional<LabelStreams.Status> status(String labels) {
        return Optional.ofNullable(started.get(labels))
                .filter(each -> each.labels() != null)
                .map(each -> each.running().status());
    }

    /** A fold that is fed on this replica, for those that read it; empty where there is none, it failed or another replica feeds it. */
    public <F extends OutcomeFold> Optional<F> fold(String labels, String name, Class<F> type) {
        return Optional.ofNullable(started.get(labels))
                .map(each -> each.running().folds().get(name))
                .filter(type::isInstance)
                .map(type::cast);
    }

    /** The names of the folds that are fed on this replica. */
    public List<String> folds(String labels) {
        return Optional.ofNullable(started.get(labels))
                .map(each -> each.running().folds().keySet().stream().sorted().toList())
                .orElse(List.of());
    }

    /** Stops all streams, each after what it has begun. */
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
            for (Running stream : ending) {
                stream.awaitEnd(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void startOnceCurrent() {
        try {
            while (!catalog.awaitCurrent(Duration.ofMinutes(1))) {
                LOG.warnf("No labels are read yet: %s", catalog.whyNotCurrent());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return;
        }
        synchronized (this) {
            current = true;
        }
        changed();
    }

    private synchronized void changed() {
        if (!current || closed) {
            return;
        }
        Map<String, LabelStream> wanted = catalog.all(LabelStream.class);
        for (String name : Stream.concat(new ArrayList<>(started.keySet()).stream(), wanted.keySet().stream())
                .distinct()
                .toList()) {
            change(name, wanted.get(name));
        }
    }

    private void change(String name, @Nullable LabelStream given) {
        Pipeline pipeline = given == null
                ? null
                : catalog.find(Pipeline.class, given.pipeline()).orElse(null);
        LabelStream labels = pipeline == null ? null : given;
        Started now = started.get(name);
        if (now != null && now.labels() != null) {
            if (now.labels().equals(labels) && isSame(now.pipeline(), pipeline)) {
                now.running().changed();
                return;
            }
            now.running().stop();
            now = new Started(null, null, now.running());
            started.put(name, now);
        }
        if (labels != null && pipeline != null) {
            Running predecessor = now == null ? null : now.running();
            started.put(
                    name,
                    new Started(labels, pipeline, streams.start(labels, pipeline, () -> foldsOf(labels), predecessor)));
            LOG.infof("Labels %s are read for pipeline %s", name, pipeline.name());
        }
    }

    private List<OutcomeFold> foldsOf(LabelStream labels) {
        var all = new HashMap<String, OutcomeFold>();
        for (OutcomeFolds some : folds) {
            for (OutcomeFold fold : some.of(labels, catalog)) {
                if (all.put(fold.name(), fold) != null) {
                    throw new IllegalStateException("two folds of '" + labels.name() + "' are named " + fold.name());
                }
            }
        }
        return List.copyOf(all.values());
    }

    /** Whether predictions come from the same topics and mean the same. */
    private static boolean isSame(@Nullable Pipeline one, @Nullable Pipeline two) {
        return one != null
                && two != null
                && one.input().topic().equals(two.input().topic())
                && one.outputs().equals(two.outputs());
    }
}
