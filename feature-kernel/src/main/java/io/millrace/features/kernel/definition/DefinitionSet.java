package io.millrace.features.kernel.definition;

import io.millrace.features.kernel.Entity;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.NamedView;
import io.millrace.features.kernel.OnDemandView;
import io.millrace.features.kernel.ServiceDefinition;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.DefinitionKey.Kind;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Definitions of all kinds that are there together, in the order in which they came. A name without a version means the newest of that name that is
 * active. Immutable.
 */
public final class DefinitionSet {
    /** Nothing. */
    public static final DefinitionSet EMPTY = new DefinitionSet(Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

    private final Map<String, Entity> entities;
    private final Map<ViewId, FeatureView> views;
    private final Map<ViewId, OnDemandView> onDemand;
    private final Map<ViewId, ServiceDefinition> services;
    private final Map<DefinitionKey, Boolean> activity;
    private final Map<String, NamedView> viewsByName = new HashMap<>();
    private final Map<String, ServiceDefinition> servicesByName = new HashMap<>();

    private DefinitionSet(
            Map<String, Entity> entities,
            Map<ViewId, FeatureView> views,
            Map<ViewId, OnDemandView> onDemand,
            Map<ViewId, ServiceDefinition> services,
            Map<DefinitionKey, Boolean> activity) {
        this.entities = Collections.unmodifiableMap(entities);
        this.views = Collections.unmodifiableMap(views);
        this.onDemand = Collections.unmodifiableMap(onDemand);
        this.services = Collections.unmodifiableMap(services);
        this.activity = Collections.unmodifiableMap(activity);
        onDemand.values().forEach(this::name);
        views.values().forEach(this::name);
        services.values().forEach(service -> {
            servicesByName.put(service.id().toString(), service);
            if (isActive(new DefinitionKey(Kind.FEATURE_SERVICE, service.id()))) {
                servicesByName.merge(service.id().name(), service, (a, b) -> isNewer(a.id(), b.id()) ? a : b);
            }
        });
    }

    private void name(NamedView view) {
        viewsByName.put(view.id().toString(), view);
        if (isActive(keyOf(view))) {
            viewsByName.merge(view.id().name(), view, (a, b) -> isNewer(a.id(), b.id()) ? a : b);
        }
    }

    private static DefinitionKey keyOf(NamedView view) {
        return switch (view) {
            case FeatureView of -> DefinitionKey.view(of.id());
            case OnDemandView of -> new DefinitionKey(Kind.ON_DEMAND_FEATURE_VIEW, of.id());
        };
    }

    private static boolean isNewer(ViewId a, ViewId b) {
        return a.number() > b.number();
    }

    /** Collects definitions. Of two with one key the later counts. */
    public static final class Builder {
        private final Map<String, Entity> entities;
        private final Map<ViewId, FeatureView> views;
        private final Map<ViewId, OnDemandView> onDemand;
        private final Map<ViewId, ServiceDefinition> services;
        private final Map<DefinitionKey, Boolean> activity;

        private Builder(DefinitionSet from) {
            entities = new LinkedHashMap<>(from.entities);
            views = new LinkedHashMap<>(from.views);
            onDemand = new LinkedHashMap<>(from.onDemand);
            services = new LinkedHashMap<>(from.services);
            activity = new LinkedHashMap<>(from.activity);
        }

        /** Says whether a name without a version may mean this one; also of a version that comes later. */
        public Builder setActive(DefinitionKey key, boolean active) {
            activity.put(key, active);
            return this;
        }

        public Builder put(Entity entity) {
            entities.put(entity.name(), entity);
            return this;
        }

        public Builder put(FeatureView view) {
            views.put(view.id(), view);
            return this;
        }

        public Builder put(OnDemandView view) {
            onDemand.put(view.id(), view);
            return this;
        }

        public Builder put(ServiceDefinition service) {
            services.put(service.id(), service);
            return this;
        }

        /** Takes one definition of another set, not whether it is active there; nothing where that has none. */
        public Builder copy(DefinitionKey key, DefinitionSet from) {
            switch (key.kind()) {
                case ENTITY ->
                    Optional.ofNullable(from.entities.get(key.id().name())).ifPresent(this::put);
                case FEATURE_VIEW ->
                    Optional.ofNullable(from.views.get(key.id())).ifPresent(this::put);
                case ON_DEMAND_FEATURE_VIEW ->
                    Optional.ofNullable(from.onDemand.get(key.id())).ifPresent(this::put);
                case FEATURE_SERVICE ->
                    Optional.ofNullable(from.services.get(key.id())).ifPresent(this::put);
            }
            return this;
        }

        public Builder remove(DefinitionKey key) {
            activity.remove(key);
            switch (key.kind()) {
                case ENTITY -> entities.remove(key.id().name());
                case FEATURE_VIEW -> views.remove(key.id());
                case ON_DEMAND_FEATURE_VIEW -> onDemand.remove(key.id());
                case FEATURE_SERVICE -> services.remove(key.id());
            }
            return this;
        }

        public DefinitionSet build() {
            return new DefinitionSet(
                    new LinkedHashMap<>(entities),
                    new LinkedHashMap<>(views),
                    new LinkedHashMap<>(onDemand),
                    new LinkedHashMap<>(services),
                    new LinkedHashMap<>(activity));
        }
    }

    /** This, to be changed. */
    public Builder with() {
        return new Builder(this);
    }

    /** This and the other; where both have a key, the other's counts, and so does what that says of a version being active. */
    public DefinitionSet and(DefinitionSet other) {
        Builder all = with();
        other.activity.forEach(all::setActive);
        other.entities.values().forEach(all::put);
        other.views.values().forEach(all::put);
        other.onDemand.values().forEach(all::put);
        other.services.values().forEach(all::put);
        return all.build();
    }

    public Map<String, Entity> entities() {
        return entities;
    }

    public Map<ViewId, FeatureView> views() {
        return views;
    }

    public Map<ViewId, OnDemandView> onDemand() {
        return onDemand;
    }

    public Map<ViewId, ServiceDefinition> services() {
        return services;
    }

    /** The keys of all definitions, kind by kind. */
    public Set<DefinitionKey> keys() {
        var keys = new LinkedHashSet<DefinitionKey>();
        entities.keySet().forEach(name -> keys.add(new DefinitionKey(Kind.ENTITY, new ViewId(name, ""))));
        views.keySet().forEach(id -> keys.add(DefinitionKey.view(id)));
        onDemand.keySet().forEach(id -> keys.add(new DefinitionKey(Kind.ON_DEMAND_FEATURE_VIEW, id)));
        services.keySet().forEach(id -> keys.add(new DefinitionKey(Kind.FEATURE_SERVICE, id)));
        return keys;
    }

    /** The definition as its author wrote it; empty where there is none. */
    public Optional<String> yaml(DefinitionKey key) {
        return switch (key.kind()) {
            case ENTITY -> Optional.ofNullable(entities.get(key.id().name())).map(Entity::yaml);
            case FEATURE_VIEW -> Optional.ofNullable(views.get(key.id())).map(FeatureView::yaml);
            case ON_DEMAND_FEATURE_VIEW ->
                Optional.ofNullable(onDemand.get(key.id())).map(OnDemandView::yaml);
            case FEATURE_SERVICE -> Optional.ofNullable(services.get(key.id())).map(ServiceDefinition::yaml);
        };
    }

    /** What is said of versions being active; of the others nothing is, and they are. */
    public Map<DefinitionKey, Boolean> activity() {
        return activity;
    }

    /** Whether a name without a version may mean this one. */
    public boolean isActive(DefinitionKey key) {
        return activity.getOrDefault(key, true);
    }

    /** The view that {@code view} or {@code view@version} means: without a version the newest that is active. */
    public Optional<NamedView> view(String name) {
        return Optional.ofNullable(viewsByName.get(name));
    }

    /** The service that {@code service} or {@code service@version} means. */
    public Optional<ServiceDefinition> service(String name) {
        return Optional.ofNullable(servicesByName.get(name));
    }

    /** Whether the name without a version means this one. */
    public boolean isDefault(DefinitionKey key) {
        return switch (key.kind()) {
            case ENTITY -> true;
            case FEATURE_VIEW, ON_DEMAND_FEATURE_VIEW ->
                view(key.id().name()).filter(view -> view.id().equals(key.id())).isPresent();
            case FEATURE_SERVICE ->
                service(key.id().name())
                        .filter(service -> service.id().equals(key.id()))
                        .isPresent();
        };
    }

    /** All names by which a view may be called. */
    public Collection<String> viewNames() {
        return Collections.unmodifiableSet(viewsByName.keySet());
    }

    /** All versions of a view's name. */
    public List<ViewId> versions(String name) {
        return java.util.stream.Stream.concat(views.keySet().stream(), onDemand.keySet().stream())
                .filter(id -> id.name().equals(name))
                .toList();
    }
}
