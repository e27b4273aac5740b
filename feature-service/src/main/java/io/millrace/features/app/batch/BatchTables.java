package io.millrace.features.app.batch;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView.Source;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tables that batch sources name. */
public interface BatchTables {
    /**
     * The rows of a source, in an order that is the same each time as long as the table does not change.
     *
     * @param range rows outside of it may be left out already
     * @throws BatchSourceException where they cannot be read
     */
    Rows open(Source.Batch source, TimeRange range);

    /** Rows one after the other. Used by one thread. */
    interface Rows extends AutoCloseable {
        /** How many there are in all. */
        long expected();

        /**
         * The next row by its columns; null behind the last one.
         *
         * @throws BatchSourceException where it cannot be read
         */
        @Nullable
        Map<String, @Nullable FeatureValue> next();

        @Override
        void close();
    }
}
