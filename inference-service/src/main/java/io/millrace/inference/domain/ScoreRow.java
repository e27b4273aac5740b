package io.millrace.inference.domain;

import java.util.Map;

/**
 * One event or request row to score.
 *
 * @param fields the event's scalar fields by name: Boolean, Long, Double or String; absent fields are not in the map
 * @param asOfMicros the instant that features are read at, microseconds since the epoch, inclusive
 */
public record ScoreRow(Map<String, Object> fields, long asOfMicros) {
    public ScoreRow {
        fields = Map.copyOf(fields);
    }
}
