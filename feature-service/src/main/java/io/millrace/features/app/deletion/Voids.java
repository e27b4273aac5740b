package io.millrace.features.app.deletion;

import io.millrace.features.app.VectorIndex;
import io.millrace.features.app.deletion.Deletion.Kind;
import io.millrace.features.app.deletion.Deletion.State;
import io.millrace.features.app.deletion.Deletion.Target;
import io.millrace.features.domain.Coercion;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;

/**
 * The deletions that this replica has heard of, and which events they make void. Thread-safe; an event behind all deletions, as every live one is, costs two look-ups.
 */
@ApplicationScoped
public class Voids {
    private final Map<String, Deletion> byId = new ConcurrentHashMap<>();
    private final Map<Target, Map<SourcePartition, Long>> highest = new ConcurrentHashMap<>();
    private final ReadWriteLock online = new ReentrantReadWriteLock();
    private final ReadWriteLock offline = new ReentrantReadWriteLock();

    /** Takes a deletion up; a second one of the same entity takes the place of the first. */
    public void hear(Deletion deletion) {
        Map<SourcePartition, Long> bounds = highest.computeIfAbsent(deletion.target(), _ -> new ConcurrentHashMap<>());
        deletion.voidBelow().forEach((partition, below) -> bounds.merge(partition, below, Math::max));
        byId.put(deletion.id(), deletion);
    }

    public Optional<Deletion> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** How many deletions are not done, and when the oldest of them was asked for. */
    public Outstanding outstanding() {
        Collection<Deletion> unfinished = unfinished();
        return new Outstanding(
                unfinished.size(), unfinished.stream().map(Deletion::requested).min(Comparator.naturalOrder()));
    }

    /** What there is left to do. */
    public record Outstanding(int count, Optional<Instant> oldest) {}

    /** Those that are not done. */
    Collection<Deletion> unfinished() {
        return byId.values().stream()
                .filter(deletion -> deletion.state() == State.REQUESTED)
                .toList();
    }

    /** Whether the event's entity was deleted behind it. */
    public boolean isVoid(FeatureView view, FeatureEvent event) {
        return !highest.isEmpty()
                && targets(view).filter(target -> isBelow(target, event)).anyMatch(target -> Optional.ofNullable(
                                byId.get(id(target, view, event.key())))
                        .filter(deletion -> deletion.voids(event.position()))
                        .isPresent());
    }

    /** Whether the entity was deleted at or after this time, microseconds since the epoch: a row of a file or a table, which has no position. */
    public boolean isVoid(FeatureView view, EntityKey key, long timeMicros) {
        return targets(view).filter(highest::containsKey).anyMatch(target -> Optional.ofNullable(
                        byId.get(id(target, view, key)))
                .filter(deletion -> timeMicros <= Coercion.micros(deletion.requested()))
                .isPresent());
    }

    /** Whether the event of this entity at a place of the view's source was deleted behind it. */
    public boolean isVoid(FeatureView view, EntityKey key, VectorIndex.Place place) {
        return !highest.isEmpty()
                && targets(view).anyMatch(target -> Optional.ofNullable(byId.get(id(target, view, key)))
                        .filter(deletion -> deletion.voidBelow().entrySet().stream()
                                .anyMatch(bound -> isAt(bound.getKey(), place) && place.offset() < bound.getValue()))
                        .isPresent());
    }

    /** The newest deletion of an entity that a view's events are void by; empty where it was never deleted. */
    public Optional<Deletion> deleted(FeatureView view, EntityKey key) {
        return targets(view)
                .filter(highest::containsKey)
                .flatMap(target -> Optional.ofNullable(byId.get(id(target, view, key))).stream())
                .max(Comparator.comparing(Deletion::requested));
    }

    private static boolean isAt(SourcePartition source, VectorIndex.Place place) {
        return source.topicId().equals(place.topicId()) && source.partition() == place.partition();
    }

    private boolean isBelow(Target target, FeatureEvent event) {
        Map<SourcePartition, Long> bounds = highest.get(target);
        Long below = bounds == null ? null : bounds.get(event.position().source());
        return below != null && event.position().offset() < below;
    }

    private static Stream<Target> targets(FeatureView view) {
        return Stream.of(new Target(Kind.VIEW, view.id().name()), new Target(Kind.ENTITY, view.entity()));
    }

    private static String id(Target target, FeatureView view, EntityKey key) {
        return Deletion.id(target, EntityHash.of(EntityHash.named(view, key)));
    }

    /** The events that are not void. */
    List<FeatureEvent> without(FeatureView view, List<FeatureEvent> events) {
        if (highest.isEmpty()) {
            return events;
        }
        return events.stream().filter(event -> !isVoid(view, event)).toList();
    }

    /** Shared by whoever applies events to online state; held alone by who deletes. */
    ReadWriteLock online() {
        return online;
    }

    /** The same for the offline store. */
    ReadWriteLock offline() {
        return offline;
    }
}
