package io.millrace.inference.app.batch;

import io.millrace.inference.app.FeatureLookup.Cell;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.inference.domain.Pipeline.TimestampUnit;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Files of rows: reads them by parts, adds scores, and writes them again. Memory is bounded whatever their size. */
public interface RowFiles {
    /**
     * Begins to work in a folder. Every file that is written there is whole, or not there.
     *
     * @throws io.millrace.jobs.JobFailedException here and in all methods: what is wrong with the rows or the disk, for whoever started the job
     */
    Session open(InputFile input, Path work, Path output);

    /** The work on one file. Not thread-safe, but for {@link #cancel}. */
    interface Session extends AutoCloseable {
        /**
         * Reads the rows and numbers them in their order, unless that was done before.
         *
         * @return their number
         */
        long number(Instants instants, List<String> needed, String prefix);

        /** What kind of values a column of the rows has. Columns of CSV files are texts. */
        ColumnKind kind(String column);

        /**
         * Writes the keys and instants of the rows {@code from} to {@code to}, exclusive, that have all of them: {@code row_number}, {@code as_of} and {@code key_0}, {@code key_1}, …
         *
         * @return how many
         */
        long keys(long from, long to, List<Field> keys, Path into);

        /**
         * The rows {@code from} to {@code to}, exclusive, in their order.
         *
         * @param features files with features of the rows that {@link #keys} wrote, in their order
         * @param width features of a row
         */
        Given read(long from, long to, List<Field> fields, List<Path> features, int width);

        /** Begins to write the scores of the rows {@code from} to {@code to}, exclusive. */
        Scores scores(long from, long to, Path into);

        /**
         * Writes the rows of chunks one behind the other, as the output.
         *
         * @return rows that could not be scored
         */
        long join(List<Path> chunks, BatchSpec.FileFormat format);

        /** Ends what is under way, from another thread. */
        void cancel();

        @Override
        void close();
    }

    /**
     * Where a row's instant stands.
     *
     * @param unit of numbers and texts; empty: microseconds, and texts may be RFC 3339 as well. Timestamps mean themselves
     * @param shiftMicros what is added to it
     */
    record Instants(String column, Optional<TimestampUnit> unit, long shiftMicros) {}

    /** A field of the rows, and the type that a text is read as where it is one. */
    record Field(String name, FieldType type) {}

    /** Kinds of values. */
    enum ColumnKind {
        TEXT,
        BOOL,
        WHOLE,
        NUMBER,
        /** None that a field may have: lists, structures, blobs. */
        OTHER
    }

    /**
     * A row.
     *
     * @param asOfMicros null where it has no instant
     * @param hasTimestamp whether its timestamp's column is filled
     * @param fields Boolean, Long, Double or String; what is null is left out
     * @param cells its features; null where none were asked for it
     */
    record GivenRow(
            long number,
            @Nullable Long asOfMicros,
            boolean hasTimestamp,
            Map<String, Object> fields,
            @Nullable List<Cell> cells) {}

    /** Rows one after the other. */
    interface Given extends AutoCloseable {
        /** The next row, or null behind the last. */
        @Nullable
        GivenRow next();

        @Override
        void close();
    }

    /** Scores on their way to a file. */
    interface Scores extends AutoCloseable {
        void add(GivenRow row, RowScore score, ModelIdentity model, Optional<String> service);

        /** Writes the file: the rows with their scores beside them, in the rows' order. */
        void commit();

        @Override
        void close();
    }
}
