package io.millrace.inference.app.explain;

import java.util.Optional;

/** The rows that models' predictions are explained against. */
public interface References {
    /** Of no model. */
    References NONE = (_, _) -> Optional.empty();

    /** What is known of a version now; the same object as long as nothing changed. Called for each explanation. */
    Optional<Reference> of(String model, String version);

    /**
     * Rows of what a model was made of, or met.
     *
     * @param source where they are from, for people
     * @param rows finite, each with the columns of all inputs of the model's definition behind each other; at least one
     */
    record Reference(String source, double[][] rows) {}
}
