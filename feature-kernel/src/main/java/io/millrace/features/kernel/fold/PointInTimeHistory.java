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
import java.util.function.Predicate;
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
        return at(key, asOfMicros, _ -> true);
    }

    /** The same of those events alone that are known. */
    public RowAnswer at(EntityKey key, long asOfMicros, Predicate<EventOrder> known) {
        NavigableMap<EventOrder, Observation> events = entities.get(key);
        if (events == null) {
            return new RowAnswer.Missing();
        }
        NavigableMap<EventOrder, Observation> past = events.headMap(firstAfter(asOfMicros), false);
        return plan.readEvents(
                asOfMicros,
                newest(past, known),
                tail -> () -> past.tailMap(firstAfter(tail), true).values().stream()
                        .filter(event -> known.test(event.order()))
                        .iterator());
    }

    private static @Nullable Observation newest(
            NavigableMap<EventOrder, Observation> past, Predicate<EventOrder> known) {
        for (Map.Entry<EventOrder, Observation> event : past.descendingMap().entrySet()) {
            if (known.test(event.getKey())) {
                return event.getValue();
            }
        }
        return null;
    }

    /** Below every event after the instant and above every other. */
    private static EventOrder firstAfter(long micros) {
        return new EventOrder(micros + 1, "", Integer.MIN_VALUE, Long.MIN_VALUE);
    }
}
