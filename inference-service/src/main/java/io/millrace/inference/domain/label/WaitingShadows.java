package io.millrace.inference.domain.label;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What shadows answered beside predictions that are not there yet, in the order in which the first of each prediction came. Not thread-safe. */
final class WaitingShadows {
    private final Map<String, Map<String, Held.Shadow>> byId = new LinkedHashMap<>();
    private int size;

    int size() {
        return size;
    }

    /** False where this shadow's answer waits already. */
    boolean add(Held.Shadow answer) {
        boolean added =
                byId.computeIfAbsent(answer.id(), _ -> new TreeMap<>()).putIfAbsent(answer.shadow(), answer) == null;
        size += added ? 1 : 0;
        return added;
    }

    /** Those beside a prediction, which wait no more. */
    Collection<Held.Shadow> take(String id) {
        Map<String, Held.Shadow> taken = byId.remove(id);
        if (taken == null) {
            return List.of();
        }
        size -= taken.size();
        return taken.values();
    }

    /** Those that waited longest, beside one prediction; none where none waits. */
    Collection<Held.Shadow> longest() {
        return byId.isEmpty()
                ? List.of()
                : List.copyOf(byId.values().iterator().next().values());
    }
}
