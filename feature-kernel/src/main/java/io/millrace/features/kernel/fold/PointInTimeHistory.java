package io.millrace.features.kernel.fold;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.state.EventOrder;
import io.millrace.features.kernel.state.Observation;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All events of a view in memory, for training sets and replays: any instant can be asked for, and the answer is the one that the online store gave or would
 * have given, to the bit. An event that is added twice counts once. Costs the events of the widest window for each answer. Not thread-safe.
 */
public final class PointInTimeHistory {
    private final ViewPlan plan;
    private final Map<EntityKey, NavigableMap<EventOrder, Observation>> entities = new HashMap<>();

    public PointInTimeHistory(ViewPlan plan) {
        this.plan = plan;
    }

    /** A history of these events, in any order. */
    public static PointInTimeHistory of(FeatureView view, Collection<FeatureEvent> events) {
        var history = new PointInTimeHistory(ViewPlan.of(view));
        events.forEach(history::add);
        return history;
    }

    public void add(FeatureEvent event) {
        Observation observed = plan.observe(event);
        entities.computeIfAbsent(event.key(), _ -> new TreeMap<>()).put(observed.order(), observed);
    }

    /** The view's features of an entity at an instant, inclusive, microseconds since the epoch. */
    public RowAnswer at(EntityKey key, long asOfMicros) {
        NavigableMap<EventOrder, Observation> events = entities.get(key);
        if (events == null) {
            return new RowAnswer.Missing();
        }
        NavigableMap<EventOrder, Observation> past = events.headMap(firstAfter(asOfMicros), false);
        @Nullable Observation newest = past.isEmpty() ? null : past.lastEntry().getValue();
        return plan.readEvents(
                asOfMicros, newest, tail -> past.tailMap(firstAfter(tail), true).values());
    }

    /** Below every event after the instant and above every other. */
    private static EventOrder firstAfter(long micros) {
        return new EventOrder(micros + 1, "", Integer.MIN_VALUE, Long.MIN_VALUE);
    }
}
