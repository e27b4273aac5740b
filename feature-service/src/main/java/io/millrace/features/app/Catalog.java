package io.millrace.features.app;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Fault;
import io.millrace.definitions.Faults;
import io.millrace.features.domain.DefinitionDifference;
import io.millrace.features.domain.Versions;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.NamedView;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.DefinitionKey;
import io.millrace.features.kernel.definition.DefinitionReader;
import io.millrace.features.kernel.definition.DefinitionSet;
import io.millrace.gate.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jboss.logging.Logger;

/**
 * The definitions that are served, as this replica heard them from the definitions log. What a version gives does not change: of two
 * definitions under one name and version the one that stands first in the log counts, on every replica; its description, owner and tags are those
 * of the newest. Thread-safe; readers see one consistent state and never wait.
 */
@ApplicationScoped
public class Catalog {
    private static final Logger LOG = Logger.getLogger(Catalog.class);
    private static final int KEPT_PLANS = 1_000;

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final List<ViewId> retirements = new ArrayList<>();
    private final DefinitionReader reader = new DefinitionReader();
    private volatile State state = new State(DefinitionSet.EMPTY, DefinitionSet.EMPTY, Map.of());

    /**
     * The definitions at one moment, and the read plans that were made of them.
     *
     * @param served views are the objects that were first heard: they stay the same while a version is served
     * @param described the same definitions with the newest words about them
     * @param projects which definitions each project has
     */
    private record State(
            DefinitionSet served,
            DefinitionSet described,
            Map<String, Set<DefinitionKey>> projects,
            Map<PlanKey, ReadPlan> plans) {
        State(DefinitionSet served, DefinitionSet described, Map<String, Set<DefinitionKey>> projects) {
            this(served, described, Map.copyOf(projects), new ConcurrentHashMap<>());
        }
    }

    private record PlanKey(List<String> features, boolean fullNames) {}

    /** Calls this after each change, on the thread that made it. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** Takes up what the definitions log says of a key; empty where it says that it is gone. */
    public synchronized void hear(String key, Optional<String> value) {
        Optional<String> project = LogKeys.project(key);
        if (project.isPresent()) {
            hearProject(project.get(), value);
            return;
        }
        Optional<DefinitionKey> inactive = LogKeys.inactive(key);
        if (inactive.isPresent()) {
            State now = state;
            boolean active = value.isEmpty();
            become(new State(
                    now.served().with().setActive(inactive.get(), active).build(),
                    now.described().with().setActive(inactive.get(), active).build(),
                    now.projects()));
            return;
        }
        Optional<DefinitionKey> definition = LogKeys.definition(key);
        if (definition.isEmpty()) {
            LOG.warnf("The key %s of the definitions log is of no kind that this release knows", key);
        } else if (value.isEmpty()) {
            remove(definition.get());
        } else {
            var faults = new Faults();
            DefinitionSet read = reader.readAlone(List.of(new DefinitionFile(key, value.get())), faults);
            if (!faults.isEmpty()) {
                LOG.errorf(
                        "The definition of %s cannot be read by this release: %s",
                        key, faults.all().stream().map(Fault::toString).toList());
            }
            put(definition.get(), read);
        }
    }

    /** Takes a version up; one that is there already stays as it is. */
    public synchronized void put(FeatureView view) {
        put(DefinitionKey.view(view.id()), DefinitionSet.EMPTY.with().put(view).build());
    }

    private void put(DefinitionKey key, DefinitionSet heard) {
        if (!heard.keys().contains(key)) {
            return;
        }
        State now = state;
        DefinitionSet.Builder served = now.served().with();
        DefinitionSet.Builder described = now.described().with();
        if (!now.served().keys().contains(key)) {
            served.copy(key, heard);
            described.copy(key, heard);
        } else {
            Optional<String> field = DefinitionDifference.content(now.served(), heard, key);
            if (field.isPresent() && !DefinitionDifference.mayChange(key)) {
                LOG.errorf(
                        "A definition of %s that differs in %s came after the one that is served; it is ignored",
                        key.id(), field.get());
                return;
            }
            if (key.kind() != DefinitionKey.Kind.FEATURE_VIEW) {
                served.copy(key, heard);
            }
            described.copy(key, heard);
        }
        become(new State(served.build(), described.build(), now.projects()));
    }

    /** Takes a version of a view away. */
    public synchronized void remove(ViewId id) {
        remove(DefinitionKey.view(id));
    }

    private void remove(DefinitionKey key) {
        if (key.kind() == DefinitionKey.Kind.FEATURE_VIEW) {
            retirements.add(key.id());
        }
        State now = state;
        if (now.served().keys().contains(key)) {
            become(new State(
                    now.served().with().remove(key).build(),
                    now.described().with().remove(key).build(),
                    now.projects()));
        }
    }

    private void hearProject(String name, Optional<String> value) {
        Map<String, Set<DefinitionKey>> projects = new HashMap<>(state.projects());
        projects.remove(name);
        value.ifPresent(text -> projects.put(name, LogKeys.members(text)));
        State now = state;
        state = new State(now.served(), now.described(), Map.copyOf(projects), now.plans());
    }

    /** The versions that were removed so far, from the n-th on; some may have come back since. */
    public synchronized List<ViewId> retiredFrom(int first) {
        return List.copyOf(retirements.subList(first, retirements.size()));
    }

    private void become(State next) {
        state = next;
        listeners.forEach(Runnable::run);
    }

    /** All definitions, with the newest words about them. */
    public DefinitionSet definitions() {
        return state.described();
    }

    /** Which definitions each project has. */
    public Map<String, Set<DefinitionKey>> projects() {
        return state.projects();
    }

    /** All versions of views by name, then version. */
    public Collection<FeatureView> all() {
        var sorted = new TreeMap<ViewId, FeatureView>(Versions.BY_NAME_THEN_VERSION);
        sorted.putAll(state.served().views());
        return sorted.values();
    }

    public Optional<FeatureView> find(ViewId id) {
        return Optional.ofNullable(state.served().views().get(id));
    }

    /** The version that a name means: {@code view} the newest active one, {@code view@version} that one. */
    public Optional<FeatureView> resolve(String name) {
        return state.served().view(name).filter(FeatureView.class::isInstance).map(FeatureView.class::cast);
    }

    /** The version of a view, kept or on-demand, that a name means. */
    public Optional<NamedView> named(String name) {
        return state.served().view(name);
    }

    /** What a name that no view has is answered with. */
    public Refusal unknownView(String name) {
        return ReadPlan.unknownView(name, state.served());
    }

    /** Whether the name without a version means this one. */
    public boolean isDefault(ViewId id) {
        return state.served().isDefault(DefinitionKey.view(id));
    }

    /**
     * The features of a feature service as a request names them.
     *
     * @param name {@code service} for the newest active version, or {@code service@version}
     * @throws Refusal with {@link FeatureReason#FEATURE_SERVICE_NOT_FOUND}
     */
    public List<String> featuresOf(String name) {
        return ServiceFeatures.references(name, state.served());
    }

    /**
     * What a feature service stands for now.
     *
     * @param name {@code service} for the newest version, or {@code service@version}
     * @throws Refusal with {@link FeatureReason#FEATURE_SERVICE_NOT_FOUND}
     */
    public ServiceFeatures service(String name) {
        return ServiceFeatures.of(name, state.served());
    }

    /**
     * How to read these features from the versions that are served now.
     *
     * @throws io.millrace.gate.Refusal where one is unknown or two would have the same name
     */
    public ReadPlan plan(List<String> features, boolean fullNames) {
        State now = state;
        var key = new PlanKey(features, fullNames);
        ReadPlan known = now.plans().get(key);
        if (known != null) {
            return known;
        }
        ReadPlan made = ReadPlan.of(features, fullNames, now.served());
        if (now.plans().size() < KEPT_PLANS) {
            now.plans().put(new PlanKey(List.copyOf(features), fullNames), made);
        }
        return made;
    }
}
