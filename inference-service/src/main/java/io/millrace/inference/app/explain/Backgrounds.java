package io.millrace.inference.app.explain;

import io.millrace.inference.domain.ModelDefinition;
import java.util.Optional;

/** The rows that models' predictions are explained against. */
public interface Backgrounds {
    /** Of no model. */
    Backgrounds NONE = _ -> Optional.empty();

    /** What is known of a version now; the same object as long as nothing changed. Called for each explanation. */
    Optional<Background> of(ModelDefinition version);

    /**
     * Rows of what a model was made of, or met.
     *
     * @param source where they are from, for people
     * @param rows each with the columns of all inputs of the model's definition behind each other, at least one; NaN where one has no value
     */
    record Background(String source, double[][] rows) {}
}
