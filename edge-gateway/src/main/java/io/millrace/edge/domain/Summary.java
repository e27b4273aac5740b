package io.millrace.edge.domain;

import java.time.Instant;

/**
 * What a node says about its data.
 *
 * @param recordCount 0 to {@link #MAX_RECORDS}
 * @param qualityScore 0 to 1
 * @param lastUpdated by the node's clock, which may be wrong; data, never used for liveness
 * @param extraJson whatever else the node sent, as a JSON object
 */
public record Summary(long recordCount, double qualityScore, Instant lastUpdated, String extraJson) {
    /** So that the records of 10,000 nodes can be added up in a long. */
    public static final long MAX_RECORDS = 900_000_000_000_000L;

    public Summary {
        if (recordCount < 0 || recordCount > MAX_RECORDS) {
            throw new IllegalArgumentException("record_count must be 0 to " + MAX_RECORDS + ", was " + recordCount);
        }
        if (!(qualityScore >= 0 && qualityScore <= 1)) {
            throw new IllegalArgumentException("quality_score must be 0 to 1, was " + qualityScore);
        }
    }
}
