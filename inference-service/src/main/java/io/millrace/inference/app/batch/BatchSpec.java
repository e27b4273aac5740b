package io.millrace.inference.app.batch;

import java.util.Optional;

/**
 * A file to be scored, as it is asked for.
 *
 * @param asOfColumn the column with the instants that features are read at; empty: the pipeline's timestamp field, by the rule of the pipeline's stream
 * @param prefix what the names of the columns that are added begin with
 * @param format of what is written
 */
public record BatchSpec(String pipeline, Rows rows, Optional<String> asOfColumn, String prefix, FileFormat format) {
    /** How a file is written. */
    public enum FileFormat {
        PARQUET,
        /** RFC 4180, UTF-8, with a header. */
        CSV;

        /** What its file ends with. */
        public String ending() {
            return switch (this) {
                case PARQUET -> ".parquet";
                case CSV -> ".csv";
            };
        }
    }

    /** Where the rows come from. */
    public sealed interface Rows {
        /** Sent along. The array is not copied. */
        @SuppressWarnings("ArrayRecordComponent") // written once to a file, never compared
        record Inline(byte[] content, FileFormat format) implements Rows {}

        /**
         * A file of the import folder.
         *
         * @param path relative, with {@code /}
         * @param format empty: by the path's ending
         */
        record Import(String path, Optional<FileFormat> format) implements Rows {}
    }
}
