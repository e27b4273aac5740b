package io.millrace.features.app.training;

import io.millrace.features.app.ReadPlan;
import java.nio.file.Path;
import java.util.Map;

/**
 * A training set to be made: for each entity row the features as of the row's instant.
 *
 * @param timestampColumn the column with the instants: a timestamp (without a zone: UTC), RFC 3339 text, or microseconds since the epoch
 * @param columns the rows' column of a join key; a key that is not there has a column of its own name
 * @param statuses whether a column {@code <feature>__status} stands beside each feature: PRESENT, NOT_FOUND, or OUTSIDE_MAX_AGE
 * @param eventTimes whether a column {@code <feature>__event_time} stands beside each feature: the time of the newest event in the value, in UTC; null where there is none
 * @param expired what becomes of a value that is older than its view's ttl at the row's instant
 * @param output the file to write; not there yet
 */
public record TrainingSet(
        TrainingRows rows,
        ReadPlan plan,
        String timestampColumn,
        Map<String, String> columns,
        KnownAt knownAt,
        boolean statuses,
        boolean eventTimes,
        Expired expired,
        Format format,
        Path output) {
    public TrainingSet {
        columns = Map.copyOf(columns);
    }

    /** The column of the rows that holds a join key. */
    public String column(String joinKey) {
        return columns.getOrDefault(joinKey, joinKey);
    }

    /** What becomes of a value that is too old. */
    public enum Expired {
        /** It stays, as it does online. */
        VALUE,
        /** It is null, as for a model whose pipeline imputes what is outside its age. */
        NULL
    }

    /** How a training set is written. */
    public enum Format {
        PARQUET,
        CSV;

        /** What its file ends with. */
        public String ending() {
            return switch (this) {
                case PARQUET -> ".parquet";
                case CSV -> ".csv";
            };
        }
    }
}
