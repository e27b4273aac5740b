package io.millrace.inference.domain;

import java.util.Map;

/**
 * One event or request row to score.
 *
 * @param fields the event's scalar fields by name: Boolean, Long, Double or String; absent fields are not in the map
 * @param asOfMicros the instant that features are read at, microseconds since the epoch, inclusive
 * @param origin what the row came from, the same when it comes again: in a stream its record, {@code topic-partition-offset}; on request the call; empty
 *     where that is not known
 */
public record ScoreRow(Map<String, Object> fields, long asOfMicros, String origin) {
    public ScoreRow {
        fields = fields instanceof NamedValues ? fields : Map.copyOf(fields);
    }

    /** A row of which nothing more is known. */
    public ScoreRow(Map<String, Object> fields, long asOfMicros) {
        this(fields, asOfMicros, "");
    }

    public ScoreRow from(String source) {
        return new ScoreRow(fields, asOfMicros, source);
    }
}
