package io.millrace.features.app.training;

import java.nio.file.Path;

/** The entity rows of a training set. */
public sealed interface TrainingRows {
    /** A file; its rows are in the file's order. */
    record File(Path path, RowFormat format) implements TrainingRows {}

    /** How rows are written. */
    enum RowFormat {
        CSV,
        PARQUET,
        /** An array of objects, or an object per line. */
        JSON
    }
}
