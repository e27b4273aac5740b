package io.millrace.features.app.deletion;

import io.millrace.definitions.NearestName;
import io.millrace.features.app.Catalog;
import io.millrace.features.app.DefinitionStore;
import io.millrace.features.app.DurableStore;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.Names;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.app.VectorIndex;
import io.millrace.features.app.deletion.AuditLog.Entry;
import io.millrace.features.app.deletion.AuditLog.Outcome;
import io.millrace.features.app.deletion.Deletion.State;
import io.millrace.features.app.deletion.Deletion.Target;
import io.millrace.features.app.offline.OfflineStoreException;
import io.millrace.features.domain.Coercion;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.gate.Caller;
import io.millrace.gate.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * Deletes an entity everywhere. First, while nothing is applied: the ends of the logs are asked for, the deletion is written with them, and the entity's rows, tiles and single events go; so what is
 * void and what is gone are the same events. Then, in the background and again after a crash until it is done: the files of the offline store are written anew without it.
 */
@ApplicationScoped
public class EntityDeletions {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String ACTION = "delete-entity";

    private final Catalog catalog;
    private final DefinitionStore definitions;
    private final DurableStore online;
    private final VectorIndex vectors;
    private final OfflineRemoval offline;
    private final DeletionLog log;
    private final AuditLog audit;
    private final SourcePositions sources;
    private final Voids voids;
    private final DeletionMeter meter;
    private final InstantSource clock;

    /** Deletions whose online part was done by this process. */
    private final Set<String> goneOnline = ConcurrentHashMap.newKeySet();

    /** Deletions whose failure was said already; they are tried again in silence. */
    private final Set<String> failed = ConcurrentHashMap.newKeySet();

    public EntityDeletions(
            Catalog catalog,
            DefinitionStore definitions,
            DurableStore online,
            VectorIndex vectors,
            OfflineRemoval offline,
            DeletionLog log,
            AuditLog audit,
            SourcePositions sources,
            Voids voids,
            DeletionMeter meter,
            InstantSource clock) {
        this.catalog = catalog;
        this.definitions = definitions;
        this.online = online;
        this.vectors = vectors;
        this.offline = offline;
        this.log = log;
        this.audit = audit;
        this.sources = sources;
        this.voids = voids;
        this.meter = meter;
        this.clock = clock;
    }

    /**
     * Deletes an entity: when this returns it is no longer served, and no event of before this call brings it back. Blocks; safe to repeat.
     *
     * @param keys values by the names of the join keys, whole
     * @return the deletion, whose offline part follows; see {@link #find}
     * @throws Refusal with a {@link FeatureReason}; where a log or a store did not answer the deletion may have begun, and is then finished later
     */
    public Deletion delete(Target target, Map<String, FeatureValue> keys, Caller caller) {
        Names.requireName(target.kind() == Deletion.Kind.VIEW ? "A feature view" : "An entity", target.name());
        definitions.requireCurrent();
        if (!log.isCurrent()) {
            throw new Refusal(
                    FeatureReason.DELETIONS_UNAVAILABLE, "the deletions have not been read from Kafka yet; try again");
        }
        List<FeatureView> views = views(target);
        if (views.isEmpty()) {
            throw unknown(target);
        }
        SortedMap<String, FeatureValue> named = new TreeMap<>();
        for (FeatureView view : views) {
            SortedMap<String, FeatureValue> ofView = EntityHash.named(view, key(view, keys));
            if (!named.isEmpty() && !named.equals(ofView)) {
                throw new Refusal(
                        FeatureReason.WRONG_VALUE_TYPE,
                        "the views of " + target.name() + " have join keys of different types; delete from each view");
            }
            named = ofView;
        }
        String id = Deletion.id(target, EntityHash.of(named));
        audit.write(new Entry(clock.instant(), caller.name(), ACTION, id, Outcome.REQUESTED, ""));
        return deleteOnline(target, views, named, caller.name());
    }

    public Deletion find(String id) {
        return voids.find(id)
                .orElseThrow(() -> new Refusal(FeatureReason.DELETION_NOT_FOUND, "there is no deletion " + id));
    }

    /**
     * Goes on with everything that is not done; what does not work is left for the next call.
     *
     * @throws Refusal the first of those that came up, once each was tried
     */
    public void finish() {
        if (!definitions.isCurrent() || !log.isCurrent()) {
            return;
        }
        Refusal first = null;
        for (Deletion deletion : voids.unfinished()) {
            boolean done = false;
            try {
                done = finish(deletion);
            } catch (Refusal e) {
                first = first == null ? e : first;
            } finally {
                if (done) {
                    meter.finished();
                } else {
                    meter.failed();
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** Whether it is finished now; where a file could not be written anew it is not. */
    private boolean finish(Deletion unfinished) {
        Deletion deletion = unfinished;
        try {
            if (!goneOnline.contains(deletion.id())) {
                deletion = deleteOnline(deletion.target(), keyedViews(deletion), deletion.keys(), deletion.by());
            }
            awaitWriters();
            long rows = 0;
            for (FeatureView view : keyedViews(deletion)) {
                rows += offline.remove(view, key(view, deletion.keys()), deletion.voidBelow());
            }
            audit.write(new Entry(
                    clock.instant(), deletion.by(), ACTION, deletion.id(), Outcome.DONE, rows + " rows of files"));
            log.put(deletion.done());
            goneOnline.remove(deletion.id());
            return true;
        } catch (OfflineStoreException e) {
            if (failed.add(deletion.id())) {
                audit.write(new Entry(
                        clock.instant(),
                        deletion.by(),
                        ACTION,
                        deletion.id(),
                        Outcome.FAILED,
                        String.valueOf(e.getMessage())));
            }
            return false;
        }
    }

    /** Files that are being written may hold the entity; those that follow do not. */
    private void awaitWriters() {
        Lock alone = voids.offline().writeLock();
        alone.lock();
        alone.unlock();
    }

    private Deletion deleteOnline(
            Target target, List<FeatureView> views, SortedMap<String, FeatureValue> named, String by) {
        String hash = EntityHash.of(named);
        String id = Deletion.id(target, hash);
        boolean done = false;
        Lock alone = voids.online().writeLock();
        alone.lock();
        goneOnline.add(id);
        try {
            Map<SourcePartition, Long> below = new HashMap<>();
            voids.find(id).ifPresent(earlier -> below.putAll(earlier.voidBelow()));
            for (FeatureView view : views) {
                ends(view).forEach((partition, end) -> below.merge(partition, end, Math::max));
            }
            var deletion = new Deletion(target, hash, below, clock.instant(), by, State.REQUESTED, named);
            log.put(deletion);
            for (FeatureView view : views) {
                EntityKey key = key(view, named);
                online.delete(view, key);
                online.beside().delete(view, key);
                vectors.remove(view, List.of(key));
            }
            done = true;
            return deletion;
        } catch (StoreUnavailableException e) {
            throw new Refusal(
                    FeatureReason.ONLINE_STORE_UNAVAILABLE,
                    "the deletion has begun, but the online store did not answer; it is finished as soon as it does",
                    e);
        } finally {
            if (!done) {
                goneOnline.remove(id);
            }
            alone.unlock();
        }
    }

    private Map<SourcePartition, Long> ends(FeatureView view) {
        try {
            return sources.ends(view, PATIENCE).join();
        } catch (CompletionException e) {
            throw new Refusal(
                    FeatureReason.DELETIONS_UNAVAILABLE,
                    "Kafka does not say where the events of " + view.id() + " end; nothing was deleted",
                    e);
        }
    }

    private Refusal unknown(Target target) {
        return target.kind() == Deletion.Kind.VIEW
                ? catalog.unknownView(target.name())
                : new Refusal(
                        FeatureReason.VIEW_NOT_FOUND,
                        "there is no feature view of entity " + target.name()
                                + NearestName.hint(
                                        target.name(),
                                        catalog.all().stream()
                                                .map(FeatureView::entity)
                                                .toList()));
    }

    private List<FeatureView> views(Target target) {
        return catalog.all().stream().filter(target::covers).toList();
    }

    /** Without versions that came later and have other join keys: in those this entity has no row. */
    private List<FeatureView> keyedViews(Deletion deletion) {
        return views(deletion.target()).stream()
                .filter(view -> isKeyedBy(view, deletion.keys()))
                .toList();
    }

    private static boolean isKeyedBy(FeatureView view, Map<String, FeatureValue> keys) {
        return view.joinKeys().size() == keys.size()
                && view.joinKeys().stream().allMatch(joinKey -> {
                    @Nullable FeatureValue given = keys.get(joinKey.name());
                    return given != null && Coercion.to(joinKey.type(), given).isPresent();
                });
    }

    private static EntityKey key(FeatureView view, Map<String, FeatureValue> keys) {
        var values = new ArrayList<FeatureValue>();
        for (FeatureView.JoinKey joinKey : view.joinKeys()) {
            @Nullable FeatureValue given = keys.get(joinKey.name());
            if (given == null) {
                throw new Refusal(
                        FeatureReason.COLUMN_MISSING,
                        "join key '" + joinKey.name() + "' of " + view.id() + " is not given");
            }
            values.add(Coercion.to(joinKey.type(), given)
                    .orElseThrow(() -> new Refusal(
                            FeatureReason.WRONG_VALUE_TYPE,
                            "join key '" + joinKey.name() + "' of " + view.id() + " is no "
                                    + joinKey.type().toString().toLowerCase(java.util.Locale.ROOT))));
        }
        if (keys.size() != values.size()) {
            throw new Refusal(
                    FeatureReason.UNKNOWN_COLUMN,
                    "the join keys of " + view.id() + " are "
                            + view.joinKeys().stream()
                                    .map(FeatureView.JoinKey::name)
                                    .toList());
        }
        return new EntityKey(values);
    }
}
