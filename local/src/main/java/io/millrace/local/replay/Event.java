package io.millrace.local.replay;

import java.util.Map;

/**
 * One event of a scenario.
 *
 * @param micros event time, microseconds since the epoch, UTC
 * @param number of the ask that this event is or settles, from 0; −1 where it is neither
 * @param fields of the JSON object, in order: text, whole numbers and doubles
 * @param outcome what turned out true about the ask; of an ask it is known to the scenario alone until its settling fact was sent
 */
public record Event(
        Role role, long micros, int number, String topic, String key, Map<String, Object> fields, boolean outcome) {
    /** What an event is to a prediction. */
    public enum Role {
        /** Something that features are made of. */
        FACT,
        /** A fact that also tells what became of an ask. */
        SETTLING,
        /** Something to predict for: an event of the pipeline's input. */
        ASK
    }
}
