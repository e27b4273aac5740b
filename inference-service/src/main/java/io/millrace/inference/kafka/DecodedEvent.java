package io.millrace.inference.kafka;

import io.millrace.inference.app.DeadLetterReason;
import io.millrace.inference.domain.ScoreRow;

/** What decoding a record gave. A record's fault is an answer, not an error. */
sealed interface DecodedEvent {
    /**
     * An event that can be scored.
     *
     * @param key text of the key field
     * @param timestampMicros the event's time, microseconds since the epoch
     */
    record Event(String key, long timestampMicros, ScoreRow row) implements DecodedEvent {}

    /** A record that never can. */
    record Faulty(DeadLetterReason reason, String detail) implements DecodedEvent {}
}
