package io.millrace.inference.app;

import io.millrace.inference.domain.ScoredBatch.FeaturePosition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads features of many entities in one go. */
public interface FeatureLookup {
    /**
     * Reads features, one column per feature and in each one cell per row, both in the order that was asked.
     *
     * @param entities join key to one value per row: Boolean, Long, Double or String
     * @param asOfMicros one instant per row
     * @param complete how long to wait for complete features; zero: do not ask
     * @param deadline bound on the whole call
     * @throws io.millrace.gate.Refusal WRONG_TYPE where a key's value is not of its type, FEATURE_NOT_FOUND, FEATURES_REFUSED,
     *     FEATURES_UNAVAILABLE, FEATURES_BUSY, DEADLINE_EXCEEDED
     */
    Answer read(
            List<String> features,
            Map<String, List<Object>> entities,
            long[] asOfMicros,
            Duration complete,
            Duration deadline);

    /** What was read. */
    record Answer(List<List<Cell>> columns, boolean complete, List<FeaturePosition> positions) {}

    /**
     * One feature of one row.
     *
     * @param value Boolean, Long, Double or String; another type of value as its name; null where it is null or was not given
     * @param eventTimeMicros of the newest event in the value; 0 where there is none
     */
    record Cell(Status status, @Nullable Object value, long eventTimeMicros) {}

    /** How a feature was found. */
    enum Status {
        PRESENT,
        NOT_FOUND,
        OUTSIDE_MAX_AGE,
        BEFORE_RETENTION
    }
}
