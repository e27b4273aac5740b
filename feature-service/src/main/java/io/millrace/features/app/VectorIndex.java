package io.millrace.features.app;

import io.millrace.features.domain.VectorFilter;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the entities whose vectors are nearest to another one. An index is derived from a view's source and the online store: it is kept on this machine with the positions
 * that it was built up to, and is built again where it is missing, damaged or of another definition.
 *
 * <p>Thread-safe; events of one view come from one thread.
 */
public interface VectorIndex extends AutoCloseable {
    /** Up to where the index of a view has been built, durably: the offset of the next event. Empty for one that begins. */
    Map<SourcePartition, Long> positions(FeatureView view);

    /** What was kept with those positions: texts by names. */
    Map<String, String> notes(FeatureView view);

    /**
     * Takes in events of a view and moves its positions. An entity is found by its newest event alone, whatever the order in which events come. Events below the positions
     * change nothing.
     *
     * @param notes to be kept from now on, in the place of what was kept under the same names
     */
    void apply(FeatureView view, OnlineStore.Batch batch, Map<String, String> notes);

    /** Takes in events wherever they stand in the source, as {@link #apply} does otherwise; positions stay. */
    void merge(FeatureView view, List<FeatureEvent> events);

    /** Takes entities out, at once: deleted ones. Nothing happens where this replica has no index of the view. By any thread. */
    void remove(FeatureView view, Collection<EntityKey> keys);

    /** Makes what was applied findable, and durable where it is time; entities older than the view's ttl at this instant go. To be called every now and then. */
    void settle(FeatureView view, long nowMicros);

    /**
     * The nearest entities of which the newest event is not older than the view's ttl, the nearest first, those of equal distance by the bytes of their keys.
     *
     * @throws IllegalStateException where the view has no index here yet
     */
    Found search(FeatureView view, Search search);

    /** Deletes the index of a view version. */
    void drop(ViewId view);

    @Override
    void close();

    /**
     * What is looked for.
     *
     * @param feature a vector feature of the view
     * @param query of the feature's dimension, finite
     * @param limit how many entities at most, 1 to 1,000
     * @param effort how many candidates the graph is asked for, at least {@code limit}: the more, the nearer to the exact answer, and the slower
     * @param exact compares with every entity instead of walking the graph
     * @param nowMicros the instant at which the view's ttl is judged
     */
    record Search(
            String feature,
            float[] query,
            int limit,
            int effort,
            boolean exact,
            @Nullable VectorFilter filter,
            long nowMicros) {}

    /** What was found, and the positions of the snapshot in which it was looked for. */
    record Found(List<Neighbour> neighbours, Map<SourcePartition, Long> positions) {
        public Found {
            neighbours = List.copyOf(neighbours);
            positions = Map.copyOf(positions);
        }
    }

    /**
     * An entity that was found, as its newest event has it.
     *
     * @param distance as {@link io.millrace.features.kernel.VectorMetric} says
     * @param place where the newest event stands in its source: topic id, partition and offset
     * @param fields the view's event fields
     */
    record Neighbour(
            EntityKey key, double distance, long eventTimeMicros, Place place, List<@Nullable FeatureValue> fields) {}

    /** An event's place in its source. */
    record Place(String topicId, int partition, long offset) {}
}
