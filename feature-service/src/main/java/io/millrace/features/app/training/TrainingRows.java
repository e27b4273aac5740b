package io.millrace.features.app.training;

import java.nio.file.Path;

/** The entity rows of a training set. */
public sealed interface TrainingRows {
    /** A file; its rows are in the file's order. */
    record File(Path path, RowFormat format) implements TrainingRows {}

    /**
     * The rows of a query, in the order in which the database gives them.
     *
     * @param connection the name of a configured database
     */
    record Query(String connection, String sql) implements TrainingRows {}

    /** How rows are written. */
    enum RowFormat {
        CSV,
        PARQUET,
        /** An array of objects, or an object per line. */
        JSON
    }
}
