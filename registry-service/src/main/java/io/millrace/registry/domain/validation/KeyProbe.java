package io.millrace.registry.domain.validation;

import java.util.ArrayList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds rows whose key, of one column or several, another row has too. A key with a null in it is not compared. Not thread-safe. */
final class KeyProbe {
    private final Tally tally;
    private final int[] columns;
    private final RowCursor row;
    private final Duplicates duplicates;

    KeyProbe(Tally tally, int[] columns, RowCursor row, DistinctBudget budget) {
        this.tally = tally;
        this.columns = columns;
        this.row = row;
        this.duplicates = new Duplicates(budget);
    }

    /**
     * @param typed the row's values by position of the contract's columns
     */
    void look(@Nullable Object[] typed) {
        var parts = new ArrayList<Object>(columns.length);
        for (int column : columns) {
            Object value = typed[column];
            if (value == null) {
                return;
            }
            parts.add(Values.key(value));
        }
        long first = duplicates.offer(parts.size() == 1 ? parts.getFirst() : parts, row.number());
        if (first >= 0) {
            tally.hit(row, first);
        }
    }

    Optional<Issue> issue() {
        return duplicates.rows() == 0 ? Optional.empty() : Optional.of(tally.issue(duplicates.rows()));
    }
}
