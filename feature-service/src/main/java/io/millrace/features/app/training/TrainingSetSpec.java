package io.millrace.features.app.training;

import io.millrace.features.app.training.TrainingRows.RowFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A training set as it is asked for.
 *
 * @param features {@code view:feature} or {@code view@version:feature}
 * @param timestampColumn empty for {@code event_timestamp}
 * @param columns join key to the rows' column, where the names differ
 */
public record TrainingSetSpec(
        List<String> features,
        boolean fullNames,
        Rows rows,
        String timestampColumn,
        Map<String, String> columns,
        KnownAt knownAt,
        boolean statuses,
        TrainingSet.Expired expired,
        TrainingSet.Format format) {
    /** The column of instants where none is named; Feast's name. */
    public static final String TIMESTAMP = "event_timestamp";

    public TrainingSetSpec {
        features = List.copyOf(features);
        columns = Map.copyOf(columns);
        timestampColumn = timestampColumn.isEmpty() ? TIMESTAMP : timestampColumn;
    }

    /** Where the entity rows come from. */
    public sealed interface Rows {
        /** Sent along. The array is not copied. */
        @SuppressWarnings("ArrayRecordComponent") // written once to a file, never compared
        record Inline(byte[] content, RowFormat format) implements Rows {}

        /**
         * A file of the import folder.
         *
         * @param path relative, with {@code /}
         * @param format empty: by the path's ending
         */
        record Import(String path, Optional<RowFormat> format) implements Rows {}
    }
}
