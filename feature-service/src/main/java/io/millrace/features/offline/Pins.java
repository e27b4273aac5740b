package io.millrace.features.offline;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Files that open snapshots of this process use. Thread-safe. */
final class Pins {
    private final Map<String, Integer> counts = new HashMap<>();

    synchronized void pin(Collection<String> names) {
        names.forEach(name -> counts.merge(name, 1, Integer::sum));
    }

    synchronized void unpin(Collection<String> names) {
        names.forEach(name -> counts.computeIfPresent(name, (_, count) -> count == 1 ? null : count - 1));
    }

    synchronized boolean isPinned(String name) {
        return counts.containsKey(name);
    }
}
