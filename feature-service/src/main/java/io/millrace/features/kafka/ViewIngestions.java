package io.millrace.features.kafka;

import io.millrace.features.app.AppliedBarrier;
import io.millrace.features.app.Catalog;
import io.millrace.features.app.DefinitionStore;
import io.millrace.features.app.DurableStore;
import io.millrace.features.app.IngestionReport;
import io.millrace.features.app.Ingestions;
import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.Rebuilds;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.app.deletion.DeletionLog;
import io.millrace.features.app.deletion.VoidFilter;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.telemetry.FeatureMetrics;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs one loop per view version that the catalog has: starts and stops them as versions come and go, and knows how far each has got. Work is
 * done by one thread of its own, in the order of the changes, so that a version that was retired is gone before it can be applied again.
 */
@ApplicationScoped
public class ViewIngestions implements Ingestions, Rebuilds, AppliedBarrier {
    private static final Logger LOG = Logger.getLogger(ViewIngestions.class);
    private static final Duration SHARED_CHECK = Duration.ofMillis(10);
    private static final Duration NEWEST_CHECK = Duration.ofSeconds(5);
    private static final Duration START_CHECK = Duration.ofMillis(20);

    private final Catalog catalog;
    private final VoidFilter voids;
    private final Topics topics;
    private final SourceEnds ends;
    private final LoopReports reports;
    private final DurableStore store;
    private final SoleReplica replica;
    private final LoopWirings wirings;
    private final OfflineStore offline;
    private final FeaturesConfig config;
    private final FeatureMetrics metrics;
    private final PerView<ViewIngestion> views;

    /** Of the loops of versions that are withheld: where they build the state again. */
    private final Map<ViewId, Building> building = new ConcurrentHashMap<>();

    /** Versions of which the store does not say how far others are; so that it is logged once. */
    private final Set<ViewId> unheard = ConcurrentHashMap.newKeySet();

    /** Where a state is built, and why. */
    private record Building(OnlineStore beside, String why) {}

    public ViewIngestions(
            Catalog catalog,
            DefinitionStore definitions,
            DeletionLog deletions,
            VoidFilter voids,
            KafkaClients clients,
            Topics topics,
            SourceEnds ends,
            OwnTopics own,
            DurableStore store,
            SoleReplica replica,
            OfflineStore offline,
            FeaturesConfig config,
            Readers readers,
            FeatureMetrics metrics) {
        this.catalog = catalog;
        this.views = new PerView<>("ingestions", catalog, definitions, deletions, new Loops());
        this.voids = voids;
        this.topics = topics;
        this.ends = ends;
        this.reports = new LoopReports(ends);
        this.store = store;
        this.replica = replica;
        this.offline = offline;
        this.config = config;
        this.metrics = metrics;
        this.wirings = new LoopWirings(new SourceLoops(clients, topics, own, config), readers, voids, metrics);
    }

    void start(@Observes StartupEvent event) {
        metrics.views(this, ViewIngestions::inState);
        metrics.gauge(FeatureMetrics.LAG_MAX, this, ViewIngestions::maxLag);
        metrics.count(FeatureMetrics.READ_OVERFLOWED, this, loops -> loops.store.overflows());
        views.every(NEWEST_CHECK, this::tellNewest);
        replica.onChange(views::look);
        views.start(config.ingestion().topicCheck());
        if (isShared()) {
            views.every(SHARED_CHECK, this::hearOfOthers);
        }
    }

    void stop(@Observes ShutdownEvent event) {
        views.close();
    }

    private final class Loops implements PerView.Work<ViewIngestion> {
        @Override
        public boolean mayRun() {
            return replica.isHeld();
        }

        @Override
        public void beforeStarts() {
            store.adopt(catalog.all());
            views.running().forEach(ViewIngestions.this::changeRoom);
        }

        @Override
        public ViewIngestion start(FeatureView view) {
            withholdWhereLost(view.id());
            store.withheld(view.id())
                    .ifPresent(why -> building.put(
                            view.id(), new Building(new Preload(offline).before(voids.of(store.beside()), view), why)));
            var loop = new ViewIngestion(view, wirings.of(view, storeOf(view.id())));
            loop.start();
            return loop;
        }

        @Override
        public void stopped(ViewId id) {
            building.remove(id);
            metrics.forget(id);
        }

        @Override
        public boolean drop(ViewId id) {
            try {
                store.drop(id);
                store.beside().drop(id);
                topics.forgetGroup(ViewIngestion.group(id));
                LOG.infof("%s: retired, its state is deleted", id);
                return true;
            } catch (StoreUnavailableException e) {
                LOG.warnf("%s: retired, but its state is not deleted yet; trying again: %s", id, e.getMessage());
                return false;
            } catch (RuntimeException e) {
                LOG.errorf(e, "%s: retired, but its state could not be deleted; trying again", id);
                return false;
            }
        }
    }

    /**
     * A store that has nothing of a version which was applied before is not the one that it was applied to: a lost volume, or the empty one of a replica that takes over. What the group has committed says so, since a
     * retired version's group is forgotten. The group is asked first: whoever commits has applied before. A store that replicas share is left alone: whether it is lost is not one replica's to say.
     */
    private void withholdWhereLost(ViewId id) {
        if (isShared() || store.withheld(id).isPresent()) {
            return;
        }
        boolean isApplied =
                topics.committed(ViewIngestion.group(id)).values().stream().anyMatch(offset -> offset.offset() > 0);
        if (isApplied && store.positions(id).isEmpty()) {
            LOG.warnf("%s: this store has nothing of it, although events were applied before; it is built again", id);
            store.withhold(id, "this store has nothing of it, although events were applied before");
        }
    }

    /** A version that is withheld is built beside, and served once that has caught up; the loop that comes then begins at the same positions. */
    private void changeRoom(ViewIngestion loop) {
        ViewId id = loop.view().id();
        boolean isBuilding = building.containsKey(id);
        boolean isWithheld = store.withheld(id).isPresent();
        if (isBuilding && isWithheld && reports.lag(loop) != 0 || !isBuilding && !isWithheld) {
            return;
        }
        if (views.stop(loop) && isBuilding && isWithheld && store.promote(loop.view())) {
            LOG.infof("%s: built again, and served", id);
        }
    }

    /**
     * Stops all loops, does something with the store, and starts them where it is then.
     *
     * @throws StoreUnavailableException where a loop does not end in time; nothing was done then
     */
    @Override
    public <T> T whileStopped(Supplier<T> work) {
        try {
            return views.submit(() -> {
                        views.running().parallelStream().forEach(views::stop);
                        try {
                            if (!views.running().isEmpty()) {
                                throw new StoreUnavailableException("not all loops end", null);
                            }
                            return work.get();
                        } finally {
                            views.reconcileOrSay();
                        }
                    })
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("interrupted while the loops were stopped", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new StoreUnavailableException("the work while the loops were stopped failed", e);
        }
    }

    @Override
    public void rebuild(FeatureView view, RebuildProgress told) {
        new ViewRebuild(view, wirings.of(view, store), store, voids.of(store.beside()), new Preload(offline), told)
                .run();
    }

    @Override
    public Optional<String> refusal() {
        return replica.refusal();
    }

    /**
     * Other replicas apply the partitions that this one does not have; the store knows how far they are. It is asked by a read, because asking for the
     * positions themselves is what a loop does that begins again.
     */
    private void hearOfOthers() {
        for (ViewIngestion loop : views.running()) {
            if (loop.progress().isAwaited()) {
                hear(loop);
            }
        }
    }

    private void hear(ViewIngestion loop) {
        ViewId id = loop.view().id();
        try {
            loop.progress().note(storeOf(id).read(loop.view(), List.of()).positions());
            if (unheard.remove(id)) {
                LOG.infof("%s: the store says again how far other replicas are", id);
            }
        } catch (RuntimeException e) {
            if (unheard.add(id)) {
                LOG.warnf(
                        "%s: the store does not say how far other replicas are; complete reads wait for it: %s", id, e);
            }
        }
    }

    /** As it is served: a view that is built again beside shows how old its answers would be. */
    private void tellNewest() {
        for (ViewIngestion loop : views.running()) {
            try {
                store.read(List.of(new OnlineStore.ViewQuery(loop.view(), new int[0], List.of(), new long[0])))
                        .getFirst()
                        .newestMicros()
                        .ifPresent(micros -> metrics.newest(loop.view().id(), micros));
            } catch (StoreUnavailableException e) {
                LOG.debugf(
                        e,
                        "%s: the store does not say what its newest event is",
                        loop.view().id());
            }
        }
    }

    private OnlineStore storeOf(ViewId id) {
        Building built = building.get(id);
        return built == null ? store : built.beside();
    }

    private boolean isShared() {
        return config.onlineStore().kind() == FeaturesConfig.Kind.REDIS;
    }

    private double maxLag() {
        return views.running().stream()
                .mapToLong(loop -> loop.counts().lag)
                .max()
                .orElse(0);
    }

    private double inState(IngestionReport.State state) {
        return views.running().stream()
                .filter(loop -> loop.condition().state() == state)
                .count();
    }

    @Override
    public CompletableFuture<Optional<Map<SourcePartition, Long>>> reached(FeatureView view, Duration patience) {
        return reachedBy(view, System.nanoTime() + patience.toNanos())
                .completeOnTimeout(none(), patience.toNanos(), TimeUnit.NANOSECONDS)
                .exceptionally(_ -> none());
    }

    /** Where replicas share the work, nobody here knows how far the others are behind. */
    @Override
    public long lag(ViewId view) {
        ViewIngestion loop = views.find(view);
        return loop != null && !isShared() && loop.condition().state() == IngestionReport.State.RUNNING
                ? loop.counts().lag
                : -1;
    }

    /** A version that was applied a moment ago may have no loop yet, or still the one of what had its name before. */
    private CompletableFuture<Optional<Map<SourcePartition, Long>>> reachedBy(FeatureView view, long deadline) {
        ViewIngestion loop = views.find(view.id());
        if (loop != null && PerView.isSame(view, loop.view())) {
            return ends.of(loop.topic()).thenCompose(target -> loop.progress()
                    .reached(target, Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))
                    .thenApply(reached -> reached ? Optional.of(target) : none()));
        }
        if (deadline - System.nanoTime() <= 0) {
            return CompletableFuture.completedFuture(none());
        }
        Executor later = CompletableFuture.delayedExecutor(START_CHECK.toMillis(), TimeUnit.MILLISECONDS);
        return CompletableFuture.supplyAsync(() -> reachedBy(view, deadline), later)
                .thenCompose(again -> again);
    }

    private static Optional<Map<SourcePartition, Long>> none() {
        return Optional.empty();
    }

    @Override
    public Map<ViewId, IngestionReport> reports() {
        if (isShared()) {
            views.running().forEach(this::hear);
        }
        return reports.of(views.served(), true, this::whyRebuilt);
    }

    @Override
    public Map<ViewId, IngestionReport> conditions() {
        var conditions = new HashMap<>(reports.of(views.served(), false, this::whyRebuilt));
        catalog.all().forEach(view -> conditions.putIfAbsent(view.id(), IngestionReport.NOT_STARTED));
        return conditions;
    }

    private @Nullable String whyRebuilt(ViewId id) {
        Building built = building.get(id);
        return built == null ? null : built.why();
    }
}
