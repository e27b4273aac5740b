package io.millrace.features.kafka;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.DefinitionStore;
import io.millrace.features.app.deletion.DeletionLog;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs one R per view version that the catalog has: starts and stops them as versions come and go, and deletes what a retired one leaves. Work is done by one thread of its own, in the
 * order of the changes, so that a version that was retired is gone before it can be applied again.
 */
final class PerView<R extends PerView.Running> {
    private static final Logger LOG = Logger.getLogger(PerView.class);

    private final String name;
    private final Catalog catalog;
    private final DefinitionStore definitions;
    private final DeletionLog deletions;
    private final Work<R> work;
    private final Map<ViewId, R> running = new ConcurrentHashMap<>();

    /** Retired versions of which something is still there; under their names nothing is started before it is gone. Used by the worker alone, as the count of those that were heard of. */
    private final Set<ViewId> undropped = new HashSet<>();

    private int retirements;

    private final ScheduledExecutorService worker;

    /** What runs for a view. */
    interface Running {
        FeatureView view();

        /** Whether it has ended; may be called again where it has not. */
        boolean stop();
    }

    /** What there is to do; called by the worker alone. */
    interface Work<R extends Running> {
        /** Whether anything may run here now; all is stopped where not. */
        default boolean mayRun() {
            return true;
        }

        default boolean wants(FeatureView view) {
            return true;
        }

        /** Called before views are started. */
        default void beforeStarts() {}

        R start(FeatureView view);

        /** Called for each that has ended. */
        default void stopped(ViewId id) {}

        /** Deletes what a retired version leaves; whether it is gone. Where not, that is logged and tried again at the next look. */
        boolean drop(ViewId id);
    }

    /** @param name of the thread */
    PerView(String name, Catalog catalog, DefinitionStore definitions, DeletionLog deletions, Work<R> work) {
        this.name = name;
        this.catalog = catalog;
        this.definitions = definitions;
        this.deletions = deletions;
        this.work = work;
        this.worker = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name(name).daemon().factory());
    }

    /** Looks whenever the catalog changes, and each {@code check}. */
    void start(Duration check) {
        catalog.onChange(this::look);
        every(check, this::reconcileOrSay);
    }

    /** Has the worker do something again and again; it throws nothing. */
    void every(Duration pause, Runnable task) {
        worker.scheduleWithFixedDelay(task, 0, pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Has the worker look soon at what should run. */
    void look() {
        if (!worker.isShutdown()) {
            worker.execute(this::reconcileOrSay);
        }
    }

    /** Has the worker do something while nothing else is started or stopped. */
    <T> Future<T> submit(Callable<T> task) {
        return worker.submit(task);
    }

    void close() {
        worker.shutdownNow();
        running.values().parallelStream().forEach(Running::stop);
        running.clear();
    }

    Collection<R> running() {
        return running.values();
    }

    @Nullable
    R find(ViewId id) {
        return running.get(id);
    }

    /** What runs for the views as they are now, without what is about to end. */
    List<R> served() {
        return running.values().stream().filter(this::isServed).toList();
    }

    /** A schedule ends with the first exception of its task: the next look shall come whatever happens in this one. */
    void reconcileOrSay() {
        try {
            reconcile();
        } catch (RuntimeException e) {
            LOG.errorf(e, "%s could not be started or stopped as defined; trying again", name);
        }
    }

    /** Ends one that is to be started anew; whether it has ended. */
    boolean stop(R each) {
        ViewId id = each.view().id();
        if (!each.stop()) {
            return false;
        }
        running.remove(id);
        work.stopped(id);
        return true;
    }

    private void reconcile() {
        if (!isCurrent()) {
            return;
        }
        if (!work.mayRun()) {
            running.values().forEach(this::stop);
            return;
        }
        running.values().stream().filter(each -> !isServed(each)).forEach(this::retire);
        List<ViewId> retired = catalog.retiredFrom(retirements);
        retirements += retired.size();
        retired.stream()
                .filter(id -> catalog.find(id).isEmpty() && !running.containsKey(id))
                .forEach(undropped::add);
        undropped.removeIf(work::drop);
        work.beforeStarts();
        for (FeatureView view : catalog.all()) {
            if (work.wants(view) && !undropped.contains(view.id())) {
                running.computeIfAbsent(view.id(), _ -> work.start(view));
            }
        }
    }

    /** Before the definitions are known to their end a version may be there that is retired further on; before the deletions are, events may be there that are void. */
    private boolean isCurrent() {
        return definitions.isCurrent() && deletions.isCurrent();
    }

    /** What does not end could write behind the deletion: it is stopped again at the next look. */
    private void retire(R each) {
        if (stop(each)) {
            undropped.add(each.view().id());
        }
    }

    private boolean isServed(R each) {
        return catalog.find(each.view().id())
                .filter(view -> isSame(view, each.view()))
                .isPresent();
    }

    /** The object, not its content: a version that was retired and applied again with the same content is another one. */
    @SuppressWarnings("ReferenceEquality") // reason: see above
    static boolean isSame(FeatureView a, FeatureView b) {
        return a == b;
    }
}
