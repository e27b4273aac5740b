package io.millrace.inference.domain;

import java.util.Optional;

/**
 * A topic that a pipeline writes predictions to.
 *
 * @param route which predictions it takes
 */
public record Output(String topic, Route route, Format format) {
    /** The plain output: every prediction, as a JSON object. */
    public static Output to(String topic) {
        return new Output(topic, new Route.Every(), Format.JSON);
    }

    /** Which predictions an output takes. */
    public sealed interface Route {
        record Every() implements Route {}

        /** Those that meet a condition in CEL. One that cannot be decided is not met. */
        record When(String condition) implements Route {}

        /** Those that no output takes by a condition. */
        record Otherwise() implements Route {}
    }

    /** How a prediction is written. */
    public enum Format {
        JSON,
        /** A CloudEvent as one JSON object. */
        CLOUDEVENTS,
        /** A CloudEvent whose attributes are headers, and whose data is the record's value. */
        CLOUDEVENTS_BINARY
    }

    /** The condition; empty where it has none. */
    public Optional<String> condition() {
        return route instanceof Route.When(String condition) ? Optional.of(condition) : Optional.empty();
    }
}
