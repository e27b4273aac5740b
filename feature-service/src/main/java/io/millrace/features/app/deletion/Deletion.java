package io.millrace.features.app.deletion;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * That an entity was deleted: its events below these offsets are void for ever, in every version of the views that it was deleted from, whoever reads them again.
 *
 * @param hash of the entity's key, {@link EntityHash}
 * @param voidBelow by partition; an event of a partition that is not here came later
 * @param requested rows of files and tables of this time or earlier are void, too
 * @param keys the values by the names of the join keys, as long as there is something left to delete; empty once it is done
 */
public record Deletion(
        Target target,
        String hash,
        Map<SourcePartition, Long> voidBelow,
        Instant requested,
        String by,
        State state,
        SortedMap<String, FeatureValue> keys) {
    public Deletion {
        voidBelow = Map.copyOf(voidBelow);
        keys = new TreeMap<>(keys);
    }

    /** From what an entity is deleted. */
    public record Target(Kind kind, String name) {
        boolean covers(FeatureView view) {
            return switch (kind) {
                case VIEW -> view.id().name().equals(name);
                case ENTITY -> view.entity().equals(name);
            };
        }
    }

    /** All versions of one view, or of all views of one entity. */
    public enum Kind {
        VIEW,
        ENTITY
    }

    /** How far it is. */
    public enum State {
        /** The entity is void for everything that is read from now on; what is there may not be gone everywhere. */
        REQUESTED,
        DONE
    }

    /** {@code view.<name>.<hash>} or {@code entity.<name>.<hash>}; a second deletion of the same entity has the same. */
    public String id() {
        return id(target, hash);
    }

    static String id(Target target, String hash) {
        return target.kind().name().toLowerCase(java.util.Locale.ROOT) + "." + target.name() + "." + hash;
    }

    boolean voids(Position position) {
        Long below = voidBelow.get(position.source());
        return below != null && position.offset() < below;
    }

    /** The same, with nothing left to delete: the key is forgotten. */
    Deletion done() {
        return new Deletion(target, hash, voidBelow, requested, by, State.DONE, new TreeMap<>());
    }
}
