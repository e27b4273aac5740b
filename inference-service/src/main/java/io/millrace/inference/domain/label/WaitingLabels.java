package io.millrace.inference.domain.label;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The labels that wait for their prediction, by time and by group. Not thread-safe. */
final class WaitingLabels {
    private final TreeMap<Due, Held.Label> byTime = new TreeMap<>();
    private final Map<String, TreeMap<Due, Held.Label>> byGroup = new HashMap<>();

    /** Labels of one time are in the order in which they began to wait. */
    private record Due(long micros, long order) implements Comparable<Due> {
        static Due of(Held.Label label) {
            return new Due(label.micros(), label.order());
        }

        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(micros, other.micros);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    int size() {
        return byTime.size();
    }

    void add(Held.Label label) {
        byTime.put(Due.of(label), label);
        byGroup.computeIfAbsent(label.group(), _ -> new TreeMap<>()).put(Due.of(label), label);
    }

    void remove(Held.Label label) {
        byTime.remove(Due.of(label));
        TreeMap<Due, Held.Label> group = byGroup.get(label.group());
        if (group != null) {
            group.remove(Due.of(label));
            if (group.isEmpty()) {
                byGroup.remove(label.group());
            }
        }
    }

    /** The oldest; null where none waits. */
    Held.@Nullable Label oldest() {
        return byTime.isEmpty() ? null : byTime.firstEntry().getValue();
    }

    /** Those of the first time that is not before one; none where there is no such label. Of one time they are in an order that does not depend on which was read first. */
    List<Held.Label> next(long micros) {
        Map.Entry<Due, Held.Label> first = byTime.ceilingEntry(new Due(micros, Long.MIN_VALUE));
        if (first == null) {
            return List.of();
        }
        long at = first.getKey().micros();
        return byTime.subMap(new Due(at, Long.MIN_VALUE), true, new Due(at, Long.MAX_VALUE), true).values().stream()
                .sorted(Comparator.comparing(Held.Label::place))
                .toList();
    }

    /** Those of a group by time. */
    List<Held.Label> ofGroup(String group) {
        TreeMap<Due, Held.Label> labels = byGroup.get(group);
        return labels == null ? List.of() : List.copyOf(labels.values());
    }
}
