package io.millrace.registry.domain.validation;

import java.util.HashMap;
import java.util.Map;

/** Finds repeated keys, and counts every row whose key another row has too. Not thread-safe. */
final class Duplicates {
    private final DistinctBudget budget;
    /** The first row of each key; its complement once a second row was seen. */
    private final Map<Object, Long> firstRows = new HashMap<>();

    private long rows;

    Duplicates(DistinctBudget budget) {
        this.budget = budget;
    }

    /**
     * @return the first row with this key, or -1 where this is the first
     */
    long offer(Object key, long row) {
        Long first = firstRows.putIfAbsent(key, row);
        if (first == null) {
            budget.take();
            return -1;
        }
        if (first >= 0) {
            firstRows.put(key, ~first);
            rows += 2;
            return first;
        }
        rows++;
        return ~first;
    }

    /** Rows that are in a group of two or more with the same key. */
    long rows() {
        return rows;
    }
}
