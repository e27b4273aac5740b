package io.millrace.features.app.training;

import io.millrace.definitions.DefinitionFile;
import io.millrace.features.app.training.TrainingRows.RowFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A training set as it is asked for.
 *
 * @param features {@code view:feature} or {@code view@version:feature}; empty where a service is given
 * @param service a feature service, {@code service} or {@code service@version}
 * @param timestampColumn empty for {@code event_timestamp}
 * @param planned definitions that are to hold although they are not applied; the events of views that they change are read from their topics
 * @param columns join key to the rows' column, where the names differ
 */
public record TrainingSetSpec(
        List<String> features,
        Optional<String> service,
        boolean fullNames,
        Rows rows,
        String timestampColumn,
        Map<String, String> columns,
        KnownAt knownAt,
        boolean statuses,
        boolean eventTimes,
        TrainingSet.Expired expired,
        TrainingSet.Format format,
        List<DefinitionFile> planned) {
    /** Of definitions that are applied. */
    public TrainingSetSpec(
            List<String> features,
            Optional<String> service,
            boolean fullNames,
            Rows rows,
            String timestampColumn,
            Map<String, String> columns,
            KnownAt knownAt,
            boolean statuses,
            boolean eventTimes,
            TrainingSet.Expired expired,
            TrainingSet.Format format) {
        this(
                features,
                service,
                fullNames,
                rows,
                timestampColumn,
                columns,
                knownAt,
                statuses,
                eventTimes,
                expired,
                format,
                List.of());
    }

    /** The column of instants where none is named; Feast's name. */
    public static final String TIMESTAMP = "event_timestamp";

    public TrainingSetSpec {
        features = List.copyOf(features);
        columns = Map.copyOf(columns);
        planned = List.copyOf(planned);
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

        /**
         * The rows of a query, in the order in which the database gives them.
         *
         * @param connection the name of a configured database
         */
        record Query(String connection, String sql) implements Rows {}
    }
}
