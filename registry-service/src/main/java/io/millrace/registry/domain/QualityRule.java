package io.millrace.registry.domain;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A quality rule of a contract. */
public sealed interface QualityRule {
    /** What messages call it: the rule's name, or what it measures where it has none. */
    String label();

    /**
     * A rule of the standard's library.
     *
     * @param percent whether the condition is on the percentage of the rows (0 to 100) and not on their number
     * @param missingValues values that count as missing, besides null; for {@link Metric#MISSING_VALUES}
     * @param validValues for {@link Metric#INVALID_VALUES}; empty where any is valid that matches the pattern
     * @param columns the columns whose combination must not repeat; for {@link Metric#DUPLICATE_VALUES} of a whole table
     */
    record Library(
            String label,
            Metric metric,
            Condition condition,
            boolean percent,
            List<@Nullable Object> missingValues,
            List<Object> validValues,
            Optional<TextPattern> pattern,
            List<String> columns)
            implements QualityRule {}

    /** A query that answers one number. {@code {object}} and {@code {property}} in it stand for the table and the column. */
    record Sql(String label, String query, Condition condition) implements QualityRule {}

    /** A rule that nobody here can check, and why. */
    record Unchecked(String label, String why) implements QualityRule {}

    /** What a library rule counts. */
    enum Metric {
        NULL_VALUES("nullValues"),
        MISSING_VALUES("missingValues"),
        INVALID_VALUES("invalidValues"),
        DUPLICATE_VALUES("duplicateValues"),
        ROW_COUNT("rowCount");

        private final String key;

        Metric(String key) {
            this.key = key;
        }

        /** The name that contracts use. */
        public String key() {
            return key;
        }
    }
}
