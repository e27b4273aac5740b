package io.millrace.features.app;

import io.millrace.features.domain.DefinitionDifference;
import io.millrace.features.domain.Versions;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jboss.logging.Logger;

/**
 * The view versions that are served, as this replica heard them from the definitions log. A version that is there does not change: of two
 * definitions under one name and version the one that stands first in the log counts, on every replica. Thread-safe; readers see one
 * consistent state and never wait.
 */
@ApplicationScoped
public class Catalog {
    private static final Logger LOG = Logger.getLogger(Catalog.class);
    private static final int KEPT_PLANS = 1_000;

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Set<ViewId> retired = new HashSet<>();
    private final List<ViewId> retirements = new ArrayList<>();
    private volatile State state = new State(Map.of());

    /** The versions at one moment, and the read plans that were made of them. */
    private static final class State {
        final Map<ViewId, FeatureView> byId;
        final Map<String, FeatureView> byName = new HashMap<>();
        final Map<PlanKey, ReadPlan> plans = new ConcurrentHashMap<>();

        State(Map<ViewId, FeatureView> byId) {
            this.byId = byId;
            byId.values().forEach(view -> {
                byName.put(view.id().toString(), view);
                byName.merge(view.id().name(), view, State::newer);
            });
        }

        private static FeatureView newer(FeatureView a, FeatureView b) {
            return Versions.ORDER.compare(a.id().version(), b.id().version()) >= 0 ? a : b;
        }
    }

    private record PlanKey(List<String> features, boolean fullNames) {}

    /** Calls this after each change, on the thread that made it. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** Takes a version up; one that is there already stays as it is. */
    public synchronized void put(FeatureView view) {
        FeatureView served = state.byId.get(view.id());
        if (served != null) {
            DefinitionDifference.between(served, view)
                    .ifPresent(field -> LOG.errorf(
                            "A definition of %s that differs in %s came after the one that is served; it is ignored",
                            view.id(), field));
            return;
        }
        var next = new HashMap<>(state.byId);
        next.put(view.id(), view);
        become(next);
    }

    public synchronized void remove(ViewId id) {
        var next = new HashMap<>(state.byId);
        retired.add(id);
        retirements.add(id);
        if (next.remove(id) != null) {
            become(next);
        }
    }

    /** The versions that were removed since the last call; some may have come back since. */
    public synchronized Set<ViewId> takeRetired() {
        Set<ViewId> taken = Set.copyOf(retired);
        retired.clear();
        return taken;
    }

    /** The versions that were removed so far, from the n-th on; some may have come back since. */
    public synchronized List<ViewId> retiredFrom(int first) {
        return List.copyOf(retirements.subList(first, retirements.size()));
    }

    private void become(Map<ViewId, FeatureView> next) {
        state = new State(Map.copyOf(next));
        listeners.forEach(Runnable::run);
    }

    /** All versions by name, then version. */
    public Collection<FeatureView> all() {
        var sorted = new TreeMap<ViewId, FeatureView>(Versions.BY_NAME_THEN_VERSION);
        sorted.putAll(state.byId);
        return sorted.values();
    }

    public Optional<FeatureView> find(ViewId id) {
        return Optional.ofNullable(state.byId.get(id));
    }

    /** The version that a name means: {@code view} the newest one, {@code view@version} that one. */
    public Optional<FeatureView> resolve(String name) {
        return Optional.ofNullable(state.byName.get(name));
    }

    /** Whether the name without a version means this one. */
    public boolean isDefault(ViewId id) {
        FeatureView newest = state.byName.get(id.name());
        return newest != null && newest.id().equals(id);
    }

    /**
     * How to read these features from the versions that are served now.
     *
     * @throws io.millrace.gate.Refusal where one is unknown or two would have the same name
     */
    public ReadPlan plan(List<String> features, boolean fullNames) {
        State now = state;
        var key = new PlanKey(features, fullNames);
        ReadPlan known = now.plans.get(key);
        if (known != null) {
            return known;
        }
        ReadPlan made = ReadPlan.of(features, fullNames, name -> Optional.ofNullable(now.byName.get(name)));
        if (now.plans.size() < KEPT_PLANS) {
            now.plans.put(new PlanKey(List.copyOf(features), fullNames), made);
        }
        return made;
    }
}
