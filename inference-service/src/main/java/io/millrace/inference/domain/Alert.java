package io.millrace.inference.domain;

/**
 * An event beside the prediction, raised where a prediction meets a condition.
 *
 * @param when in CEL
 * @param description for whoever is woken by it; may be empty
 */
public record Alert(String when, String topic, Severity severity, String description) {
    /** Where alerts go that name no topic: to what the service tells of itself. */
    public static final String DEFAULT_TOPIC = "millrace.inference.events.v1";

    /** How much it matters, written in lower case. */
    public enum Severity {
        INFO,
        WARNING,
        CRITICAL
    }
}
