package io.millrace.inference.app.batch;

import io.millrace.inference.domain.ScoredBatch.FeaturePosition;
import io.millrace.jobs.JobContext;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Features as of the past, for as many rows as a file holds: whatever the online store retains. */
public interface PastFeatures {
    /** The most bytes of the file of one request. */
    long maxBytes();

    /**
     * Writes a Parquet file with the features of rows, in the order of the rows: the columns of the rows, then for each feature its value, its status (PRESENT, NOT_FOUND,
     * OUTSIDE_MAX_AGE) and its event time. Takes up to minutes; may be repeated.
     *
     * @param context is asked whether the work is to end
     * @return what is gone of the events of planned views, one sentence each
     * @throws io.millrace.gate.Refusal FEATURE_NOT_FOUND, FEATURES_REFUSED; FEATURES_UNAVAILABLE, FEATURES_BUSY and DEADLINE_EXCEEDED, after which it may be tried again
     * @throws io.millrace.jobs.JobFailedException where the features cannot be had, with why
     */
    List<String> write(Asked asked, Path into, JobContext context);

    /**
     * What is asked.
     *
     * @param rows a Parquet file
     * @param timestampColumn the column of instants, in microseconds since the epoch
     * @param columns join key to its column
     * @param features in the order of the answer
     * @param positions what is to be known: everything below them, and no more; the files of the history are waited for. None: all that is there
     * @param planned definitions of features that are to hold although they are not applied
     */
    record Asked(
            Path rows,
            String timestampColumn,
            Map<String, String> columns,
            List<String> features,
            List<FeaturePosition> positions,
            PlannedViews planned) {
        /** Of features that are applied. */
        public Asked(
                Path rows,
                String timestampColumn,
                Map<String, String> columns,
                List<String> features,
                List<FeaturePosition> positions) {
            this(rows, timestampColumn, columns, features, positions, PlannedViews.NONE);
        }
    }
}
